using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>An issuer of tokens with a key of its own. What a test wants wrong it changes in the header or the claims.</summary>
internal sealed class Tokens : IDisposable
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "payment-api";
    public const string AllScopes = "payments:read payments:write refunds:write methods:write ops:read ops:write";

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string PublicPem => Key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Good for ten minutes.</summary>
    public string Good(string scope = AllScopes, string tenant = "default", string subject = "tests") =>
        Sign(Header(), Claims(scope, tenant, subject));

    public static Dictionary<string, object?> Header() => new() { ["alg"] = "ES256", ["typ"] = "JWT" };

    public static Dictionary<string, object?> Claims(string scope = AllScopes, string tenant = "default", string subject = "tests")
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = subject, ["tenant"] = tenant, ["scope"] = scope, ["iat"] = now, ["exp"] = now + 600,
        };
    }

    /// <summary>Signed as ES256, whatever the header says.</summary>
    public string Sign(Dictionary<string, object?> header, Dictionary<string, object?> claims) =>
        SignText(JsonSerializer.Serialize(header), JsonSerializer.Serialize(claims));

    public string SignText(string header, string claims)
    {
        var signed = Encode(header) + "." + Encode(claims);
        return signed + "." + Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public void Dispose() => Key.Dispose();
}
