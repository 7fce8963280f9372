using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>What a schema says of one value by itself: type, enum, lengths, limits, pattern, format.</summary>
internal static class OpenApiValues
{
    public static void Check(JsonElement schema, string[] types, JsonElement value, string place, List<string> errors)
    {
        if (types.Length > 0 && !types.Any(type => IsOf(type, value)))
        {
            errors.Add($"{place}: {value.ValueKind} where {string.Join(" or ", types)} is due");
            return;
        }
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            errors.Add($"{place}: {value.GetRawText()} is none of the values that are allowed");
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                CheckString(schema, value.GetString()!, place, errors);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value, place, errors);
                break;
            case JsonValueKind.Array:
                CheckCount(schema, "minItems", "maxItems", value.GetArrayLength(), place, errors);
                break;
            case JsonValueKind.Object:
                CheckCount(schema, "minProperties", "maxProperties", value.EnumerateObject().Count(), place, errors);
                break;
        }
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"The type {type}."),
    };

    private static void CheckString(JsonElement schema, string text, string place, List<string> errors)
    {
        CheckCount(schema, "minLength", "maxLength", text.EnumerateRunes().Count(), place, errors);
        if (schema.TryGetProperty("pattern", out var pattern)
            && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)))
            errors.Add($"{place}: does not match {pattern.GetString()}");
        if (schema.TryGetProperty("format", out var format) && !HasFormat(format.GetString()!, text))
            errors.Add($"{place}: is no {format.GetString()}");
    }

    // Formats that are words of a gateway's own are its patterns' business.
    private static bool HasFormat(string format, string text) => format switch
    {
        "date-time" => text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        _ => true,
    };

    private static void CheckNumber(JsonElement schema, JsonElement value, string place, List<string> errors)
    {
        var number = value.GetDecimal();
        if (schema.TryGetProperty("minimum", out var least) && number < least.GetDecimal()) errors.Add($"{place}: below {least}");
        if (schema.TryGetProperty("maximum", out var most) && number > most.GetDecimal()) errors.Add($"{place}: above {most}");
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "int32" && !value.TryGetInt32(out _))
            errors.Add($"{place}: is no int32");
    }

    private static void CheckCount(JsonElement schema, string min, string max, int count, string place, List<string> errors)
    {
        if (schema.TryGetProperty(min, out var least) && count < least.GetInt32()) errors.Add($"{place}: {min} is {least}");
        if (schema.TryGetProperty(max, out var most) && count > most.GetInt32()) errors.Add($"{place}: {max} is {most}");
    }
}
