using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>
/// A form, or a query, with bracketed names as the JSON that it stands for: <c>a[b]=1&amp;c[]=2</c> is <c>{"a":{"b":1},"c":[2]}</c>. Texts
/// become numbers and flags where their schema says so.
/// </summary>
internal static class OpenApiForm
{
    /// <exception cref="FormatException">A name that comes twice, or that is an object at one place and a text at another.</exception>
    public static JsonObject Parse(string text)
    {
        var root = new JsonObject();
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2) throw new FormatException($"'{pair}' is no pair");
            Put(root, Decode(parts[0]).Replace("]", "", StringComparison.Ordinal).Split('['), Decode(parts[1]));
        }
        return root;
    }

    /// <summary>The value with texts turned into what the schema takes.</summary>
    public static JsonNode Typed(JsonNode value, JsonElement schema, OpenApiSchemas schemas)
    {
        schema = schemas.Resolve(schema);
        if (schema.TryGetProperty("anyOf", out var branches)) return TypedByBranch(value, branches, schemas);
        return value switch
        {
            JsonObject members => TypedMembers(members, schema, schemas),
            JsonArray items when schema.TryGetProperty("items", out var item) =>
                new JsonArray([.. items.Select(one => Typed(one!.DeepClone(), item, schemas))]),
            JsonValue text => TypedText(text.GetValue<string>(), schema),
            _ => value.DeepClone(),
        };
    }

    private static void Put(JsonObject root, string[] names, string value)
    {
        var at = root;
        for (var i = 0; i < names.Length - 1; i++)
        {
            // a[]=1&a[]=2
            if (names[i + 1].Length == 0)
            {
                if (at[names[i]] is null) at[names[i]] = new JsonArray();
                at[names[i]]!.AsArray().Add(value);
                return;
            }
            if (at[names[i]] is null) at[names[i]] = new JsonObject();
            at = at[names[i]] as JsonObject ?? throw new FormatException($"'{names[i]}' is of two kinds");
        }
        if (!at.TryAdd(names[^1], value)) throw new FormatException($"'{names[^1]}' comes twice");
    }

    private static JsonObject TypedMembers(JsonObject members, JsonElement schema, OpenApiSchemas schemas)
    {
        var typed = new JsonObject();
        var properties = schema.TryGetProperty("properties", out var declared) ? declared : default;
        foreach (var (name, member) in members)
        {
            typed[name] = properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var property)
                ? Typed(member!, property, schemas)
                : member!.DeepClone();
        }
        return typed;
    }

    /// <summary>By the first branch that the value, turned into it, fits.</summary>
    private static JsonNode TypedByBranch(JsonNode value, JsonElement branches, OpenApiSchemas schemas)
    {
        foreach (var branch in branches.EnumerateArray())
        {
            var typed = Typed(value, branch, schemas);
            var errors = new List<string>();
            schemas.Check(branch, JsonSerializer.SerializeToElement(typed), "", errors);
            if (errors.Count == 0) return typed;
        }
        return value.DeepClone();
    }

    private static JsonValue TypedText(string text, JsonElement schema) =>
        (schema.TryGetProperty("type", out var type) ? type.GetString() : null) switch
        {
            "integer" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            "boolean" when text is "true" or "false" => JsonValue.Create(text == "true"),
            _ => JsonValue.Create(text),
        };

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
