using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PaymentPipeline.Gateways;

/// <summary>
/// How every gateway's reader reads JSON: strictly, and with <see cref="UnreadableWebhookException"/> as the only failure,
/// so that what cannot be understood is quarantined with a reason. A member that is absent and one that is null are alike.
/// </summary>
internal static class WebhookJson
{
    public const int DepthMax = 64;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    /// <summary>The whole body as one JSON object. The caller disposes the document.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span)) throw new UnreadableWebhookException("The body is not UTF-8.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // The parser's own message may quote the body.
            throw new UnreadableWebhookException(
                $"The body is not strict JSON{Place(problem as JsonException)}.");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw new UnreadableWebhookException("The body is not a JSON object.");
    }

    /// <summary>A member of an object; an undefined element when it, or the object, is absent or null.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default,
            JsonValueKind.Undefined or JsonValueKind.Null => default,
            _ => throw new UnreadableWebhookException($"The parent of \"{name}\" is not an object."),
        };

    public static bool Exists(this JsonElement element) => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>The text of a member; null when absent. Text that PostgreSQL cannot hold (NUL, lone surrogates) is unreadable.</summary>
    public static string? Text(this JsonElement parent, string name)
    {
        var element = parent.At(name);
        if (!element.Exists()) return null;
        if (element.ValueKind != JsonValueKind.String) throw new UnreadableWebhookException($"\"{name}\" is not a text.");
        try
        {
            var text = element.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new UnreadableWebhookException($"\"{name}\" holds a NUL character.")
                : text;
        }
        catch (InvalidOperationException)
        {
            throw new UnreadableWebhookException($"\"{name}\" is not valid Unicode.");
        }
    }

    public static string RequiredText(this JsonElement parent, string name) =>
        parent.Text(name) is { Length: > 0 } text ? text : throw new UnreadableWebhookException($"\"{name}\" is missing.");

    /// <summary>A whole number written as one (no 1e3, 10.0, -0); null when absent.</summary>
    public static long? Integer(this JsonElement parent, string name)
    {
        var element = parent.At(name);
        if (!element.Exists()) return null;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value)
            && (value != 0 || element.ValueEqualsRaw("0"u8)))
        {
            return value;
        }

        throw new UnreadableWebhookException($"\"{name}\" is not a whole number of 64 bits.");
    }

    public static bool? Flag(this JsonElement parent, string name) =>
        parent.At(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Undefined => null,
            _ => throw new UnreadableWebhookException($"\"{name}\" is neither true nor false."),
        };

    /// <summary>
    /// Refuses an object in which a member of that name stands beside one that differs in case only: another reader of the
    /// same bytes could take the other one. For members that carry money.
    /// </summary>
    public static void RequireUnambiguous(this JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object) return;
        foreach (var member in parent.EnumerateObject())
            if (IsOtherSpelling(member, name)) throw new UnreadableWebhookException($"\"{name}\" is there in two spellings.");
    }

    // A name is made a string only where it is not plain ASCII: an object has dozens, and this is asked for each amount.
    private static bool IsOtherSpelling(JsonProperty member, string name)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return Ascii.IsValid(raw) && !raw.Contains((byte)'\\')
            ? Ascii.EqualsIgnoreCase(raw, name) && !Ascii.Equals(raw, name)
            : !member.NameEquals(name) && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static string Place(JsonException? problem) =>
        problem is null ? "" : $" (line {problem.LineNumber}, byte {problem.BytePositionInLine})";

    private static bool ValueEqualsRaw(this JsonElement element, ReadOnlySpan<byte> raw) =>
        JsonMarshal.GetRawUtf8Value(element).SequenceEqual(raw);
}
