using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// Reads a body that has to be right in every respect: 1. application/json in UTF-8, not encoded, at most 256 KB, 2. one JSON
/// document, 3. nothing in it that no request may hold (<see cref="MemberRules"/>), 4. exactly the members of the request's type.
/// </summary>
internal static class StrictJson
{
    private const int DepthMax = 64;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax, AllowDuplicateProperties = true };

    /// <exception cref="RefusalException">What is wrong, with the member's name.</exception>
    public static async Task<(T Value, string Canonical)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        RequireJson(context.Request);
        var bytes = await BodyReader.ReadAsync(context.Request, context.RequestAborted);
        using var document = Parse(bytes);
        MemberRules.Require(document.RootElement, context.RequestServices.GetRequiredService<ApiMetrics>());
        return (Deserialize(document.RootElement, type), CanonicalJson.Of(document.RootElement));
    }

    private static void RequireJson(HttpRequest request)
    {
        var isJson = System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
            && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson || request.Headers.ContentEncoding.Count > 0) throw new RefusalException(Problems.UnsupportedMediaType);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span)) throw new RefusalException(Problems.InvalidJson, "It is not UTF-8.");
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException wrong)
        {
            // The parser's own words may repeat what was sent; the place may not.
            var place = $"Line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}";
            throw new RefusalException(Problems.InvalidJson, $"{place}; nesting is at most {DepthMax} deep.");
        }
    }

    private static T Deserialize<T>(JsonElement root, JsonTypeInfo<T> type)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new RefusalException(Problems.InvalidMember, "The body must be an object.", "$");
        var missing = type.Properties.FirstOrDefault(property => property.IsRequired && !root.TryGetProperty(property.Name, out _));
        if (missing is not null) throw new RefusalException(Problems.InvalidMember, $"{missing.Name} is required.", missing.Name);
        try
        {
            return root.Deserialize(type) ?? throw new RefusalException(Problems.InvalidMember, "The body must be an object.", "$");
        }
        catch (JsonException wrong)
        {
            var member = MemberPath.From(wrong.Path);
            throw new RefusalException(
                Problems.InvalidMember, $"{member} is unknown here, lacks a member, or has a value of the wrong type.", member);
        }
    }
}
