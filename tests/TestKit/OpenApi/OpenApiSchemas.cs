using System.Globalization;
using System.Text.Json;

namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>Checks JSON against the schemas of one document: references, combinations, and members that no schema names.</summary>
/// <param name="ofReplies">Judges what the API answers: what a request must not hold is in its place there.</param>
internal sealed class OpenApiSchemas(JsonElement root, bool ofReplies = false)
{
    /// <summary>What a reference points at; everything else is itself.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference)
            && reference.ValueKind == JsonValueKind.String)
            element = At(reference.GetString()!);
        return element;
    }

    /// <summary>A parameter: text on the wire, of the type that the schema says.</summary>
    public void CheckText(JsonElement schema, string text, string place, List<string> errors)
    {
        var isText = Types(Resolve(schema)).All(type => type is "string");
        var json = isText ? JsonSerializer.Serialize(text) : text;
        try
        {
            using var document = JsonDocument.Parse(json);
            Check(schema, document.RootElement, place, errors);
        }
        catch (JsonException)
        {
            errors.Add($"{place}: is not of its type");
        }
    }

    /// <summary>The value with all that is in it. A member that no schema of the object names is an error.</summary>
    public void Check(JsonElement schema, JsonElement value, string place, List<string> errors)
    {
        var outcome = Open(schema, value, place);
        errors.AddRange(outcome.Errors);
        errors.AddRange(outcome.Unnamed(value).Select(name => $"{place}.{name}: unknown member"));
    }

    /// <summary>The outcome of one schema, before what other schemas of the same object name is known.</summary>
    private sealed class Outcome
    {
        public List<string> Errors { get; } = [];
        public HashSet<string> Named { get; } = new(StringComparer.Ordinal);
        public bool NamesAll { get; set; }

        public IEnumerable<string> Unnamed(JsonElement value) => NamesAll || value.ValueKind != JsonValueKind.Object
            ? []
            : value.EnumerateObject().Select(member => member.Name).Where(name => !Named.Contains(name));

        public void Add(Outcome other)
        {
            Errors.AddRange(other.Errors);
            Named.UnionWith(other.Named);
            NamesAll |= other.NamesAll;
        }
    }

    private Outcome Open(JsonElement schema, JsonElement value, string place)
    {
        var outcome = new Outcome();
        if (value.ValueKind == JsonValueKind.Null && IsNullable(schema))
            return outcome;

        // PayPal writes other keywords beside a reference; they hold as well.
        if (schema.TryGetProperty("$ref", out var reference)) outcome.Add(Open(At(reference.GetString()!), value, place));
        OpenApiValues.Check(schema, Types(schema), value, place, outcome.Errors);
        if (value.ValueKind == JsonValueKind.Object) CheckMembers(schema, value, place, outcome);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
                Check(items, item, string.Create(CultureInfo.InvariantCulture, $"{place}[{index++}]"), outcome.Errors);
        }
        Combine(schema, value, place, outcome);
        return outcome;
    }

    private void CheckMembers(JsonElement schema, JsonElement value, string place, Outcome outcome)
    {
        var properties = schema.TryGetProperty("properties", out var declared) ? declared : default;
        var rest = schema.TryGetProperty("additionalProperties", out var additional) ? additional : default;
        foreach (var member in value.EnumerateObject())
        {
            if (properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(member.Name, out var property))
            {
                outcome.Named.Add(member.Name);
                if (IsReadOnly(property)) outcome.Errors.Add($"{place}.{member.Name}: is for replies only");
                Check(property, member.Value, $"{place}.{member.Name}", outcome.Errors);
            }
            else if (rest.ValueKind == JsonValueKind.Object)
            {
                outcome.Named.Add(member.Name);
                Check(rest, member.Value, $"{place}.{member.Name}", outcome.Errors);
            }
        }
        outcome.NamesAll |= rest.ValueKind == JsonValueKind.True || IsFreeForm(schema);
        CheckRequired(schema, properties, value, place, outcome);
    }

    private void CheckRequired(JsonElement schema, JsonElement properties, JsonElement value, string place, Outcome outcome)
    {
        if (!schema.TryGetProperty("required", out var required) || required.ValueKind != JsonValueKind.Array) return;
        foreach (var name in required.EnumerateArray().Select(name => name.GetString()!))
        {
            var isForReplies = properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var property)
                && IsReadOnly(property);
            if (!isForReplies && !value.TryGetProperty(name, out _)) outcome.Errors.Add($"{place}.{name}: missing");
        }
    }

    private void Combine(JsonElement schema, JsonElement value, string place, Outcome outcome)
    {
        if (schema.TryGetProperty("allOf", out var all))
            foreach (var each in all.EnumerateArray())
                outcome.Add(Open(each, value, place));
        if (schema.TryGetProperty("anyOf", out var any)) outcome.Add(Nearest(any, value, place, outcome));
        if (schema.TryGetProperty("oneOf", out var one)) outcome.Add(Nearest(one, value, place, outcome));
        if (schema.TryGetProperty("not", out var not) && Open(not, value, place).Errors.Count == 0)
            outcome.Errors.Add($"{place}: is what it must not be");
    }

    // For oneOf too: several of Adyen's payment methods fit the same object, though the document says exactly one. What fits
    // best is told, so that a wrong member is named and not the sixty ways in which other branches do not fit.
    private Outcome Nearest(JsonElement branches, JsonElement value, string place, Outcome own) =>
        branches.EnumerateArray().Select(branch => Open(branch, value, place))
            .MinBy(branch => branch.Errors.Count + branch.Unnamed(value).Count(name => !own.Named.Contains(name)))!;

    private JsonElement At(string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal)) throw new NotSupportedException($"The reference {reference}.");
        var at = root;
        foreach (var part in reference[2..].Split('/'))
            at = at.GetProperty(
                Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        return at;
    }

    private bool IsNullable(JsonElement schema)
    {
        var resolved = Resolve(schema);
        return (resolved.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean()) || Types(resolved).Contains("null");
    }

    private bool IsReadOnly(JsonElement property) => !ofReplies && property.TryGetProperty("readOnly", out var flag) && flag.GetBoolean();

    // Of the object's members the document says nothing at all.
    private static bool IsFreeForm(JsonElement schema) =>
        !new[] { "properties", "additionalProperties", "required", "allOf", "anyOf", "oneOf", "not", "$ref" }
            .Any(word => schema.TryGetProperty(word, out _));

    private static string[] Types(JsonElement schema) => schema.TryGetProperty("type", out var type)
        ? type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : [type.GetString()!]
        : [];
}
