using Microsoft.Net.Http.Headers;

namespace PaymentPipeline.Ingress;

/// <summary>What the head alone decides, before a byte of the body is read.</summary>
internal static class RequestHead
{
    public static Refusal? Check(HttpRequest request, int bodyBytesMax)
    {
        // Methods have case (RFC 9110, 9.1): "post" is another one.
        if (!HttpMethods.Post.Equals(request.Method, StringComparison.Ordinal)) return Refusal.Method;
        if (IsAmbiguous(request.Headers)) return Refusal.Protocol;
        if (request.ContentLength > bodyBytesMax) return Refusal.TooLarge;
        var encoding = request.Headers.ContentEncoding;
        // Never decompressed: the signature is over what was sent, and a bomb stays a small body.
        if (encoding.Count != 0 && !"identity".Equals(encoding.ToString(), StringComparison.OrdinalIgnoreCase)) return Refusal.Encoding;
        return IsJson(request.ContentType) ? null : Refusal.MediaType;
    }

    /// <summary>
    /// A length beside chunks, or a coding beside "chunked": two readers could see two different requests in these bytes
    /// (RFC 9112, 6.3), so none is read. The server has renamed the length when it found both.
    /// </summary>
    private static bool IsAmbiguous(IHeaderDictionary headers)
    {
        var coding = headers.TransferEncoding;
        if (coding.Count == 0) return false;
        return !"chunked".Equals(coding.ToString(), StringComparison.OrdinalIgnoreCase)
            || headers.ContentLength is not null
            || headers.ContainsKey("X-Content-Length");
    }

    /// <summary>
    /// A type that is not named is taken for JSON (RFC 9110, 8.3, lets a sender leave it out); one that is named must be JSON
    /// in UTF-8.
    /// </summary>
    private static bool IsJson(string? contentType)
    {
        if (contentType is null or "application/json" or "application/json; charset=utf-8") return true;
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
