using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace PaymentPipeline.Api.Auth;

/// <summary>A signed token (JWS compact form, RFC 7515, section 7.1) taken apart, nothing of it believed yet.</summary>
/// <param name="Signed">The bytes under the signature, as sent.</param>
internal sealed record Token(string Algorithm, string? KeyId, byte[] Signed, byte[] Signature, ReadOnlyMemory<byte> Claims)
{
    private const int LengthMax = 8 * 1024;
    private const int KeyIdLengthMax = 128;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Null for anything that is not such a token of at most 8 KB, or whose header asks for what we do not do.</summary>
    public static Token? Parse(string text)
    {
        if (text.Length > LengthMax) return null;
        // Five parts would be an encrypted token; we decrypt nothing.
        var parts = text.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } claims
            || Decode(parts[2]) is not { } signature)
            return null;
        try
        {
            using var document = JsonDocument.Parse(header, Strict);
            return Read(document.RootElement, parts, signature, claims);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text where there is none.
            return null;
        }
    }

    private static Token? Read(JsonElement header, string[] parts, byte[] signature, byte[] claims)
    {
        if (header.ValueKind != JsonValueKind.Object || !HasKnownMembersOnly(header)) return null;
        if (Text(header, "typ") is { } type && !IsOurType(type)) return null;
        var keyId = Text(header, "kid");
        if (Text(header, "alg") is not { } algorithm || (keyId is not null && !IsKeyId(keyId))) return null;
        return new Token(algorithm, keyId, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, claims);
    }

    /// <summary>
    /// Nothing that names a key (jku, jwk, x5u, x5c), asks for an extension (crit, b64) or for unpacking (zip, enc): what is not
    /// on this list is not for us.
    /// </summary>
    private static bool HasKnownMembersOnly(JsonElement header)
    {
        foreach (var member in header.EnumerateObject())
            if (member.Name is not ("alg" or "typ" or "kid" or "cty" or "x5t" or "x5t#S256"))
                return false;
        return true;
    }

    /// <summary>RFC 7519, section 5.1, and RFC 9068, section 2.1.</summary>
    private static bool IsOurType(string type) =>
        type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase);

    private static bool IsKeyId(string id) =>
        id.Length is > 0 and <= KeyIdLengthMax && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=' or '+' or ':');

    private static string? Text(JsonElement header, string name) => header.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>Base64url without padding, in the one way it can be written, so that no two texts are the same token.</summary>
    private static byte[]? Decode(string part)
    {
        if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
