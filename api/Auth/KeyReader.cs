using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace PaymentPipeline.Api.Auth;

/// <summary>A key, or why there is none. The problem never repeats the text: it may hold a secret by mistake.</summary>
internal readonly record struct KeyReading(SigningKey? Key, string? Problem)
{
    public static KeyReading No(string problem) => new(null, problem);
}

/// <summary>Reads public keys as PEM (SubjectPublicKeyInfo, certificate) and as JWK (RFC 7517).</summary>
internal static class KeyReader
{
    private const int FileBytesMax = 64 * 1024;

    /// <param name="text">PEM, a JWK, or the path of a file with one of these.</param>
    public static KeyReading Read(string text)
    {
        try
        {
            return ReadText(IsKeyText(text) ? text : ReadFile(text));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return KeyReading.No("is neither PEM, nor a JWK, nor a file that can be read");
        }
        catch (Exception wrong) when (wrong is CryptographicException or JsonException or FormatException or InvalidOperationException)
        {
            return KeyReading.No("cannot be read as a public key");
        }
    }

    /// <summary>The signing keys of a JWKS; those of other kinds and uses are passed over, as RFC 7517, section 5, asks.</summary>
    /// <exception cref="JsonException">It is no JWKS.</exception>
    public static IReadOnlyList<SigningKey> ReadSet(ReadOnlyMemory<byte> jwks)
    {
        using var document = JsonDocument.Parse(jwks);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list)
            || list.ValueKind != JsonValueKind.Array)
            throw new JsonException("A JWKS is an object with the array 'keys'.");
        var keys = new List<SigningKey>();
        foreach (var item in list.EnumerateArray())
        {
            try
            {
                if (ReadJwk(item).Key is { } key) keys.Add(key);
            }
            catch (Exception wrong) when (wrong is CryptographicException or FormatException or InvalidOperationException)
            {
                // One unreadable key does not spoil the others.
            }
        }
        return keys;
    }

    private static bool IsKeyText(string text) =>
        text.Contains("-----BEGIN", StringComparison.Ordinal) || text.AsSpan().TrimStart().StartsWith('{');

    private static string ReadFile(string path) =>
        new FileInfo(path).Length <= FileBytesMax ? File.ReadAllText(path) : throw new IOException("The file is too large for a key.");

    private static KeyReading ReadText(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('{')) return ReadPem(text);
        using var document = JsonDocument.Parse(text);
        return ReadJwk(document.RootElement);
    }

    private static KeyReading ReadPem(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal)) return KeyReading.No("is a private key: give the public one only");
        return Checked(pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) ? OfCertificate(pem) : OfPublicKey(pem), null, null);
    }

    private static AsymmetricAlgorithm? OfCertificate(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
    }

    private static AsymmetricAlgorithm OfPublicKey(string pem)
    {
        var elliptic = ECDsa.Create();
        try
        {
            elliptic.ImportFromPem(pem);
            return elliptic;
        }
        catch (Exception other) when (other is CryptographicException or ArgumentException)
        {
            elliptic.Dispose();
        }
        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return rsa;
    }

    private static KeyReading ReadJwk(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) return KeyReading.No("is no JWK");
        if (jwk.TryGetProperty("d", out _)) return KeyReading.No("is a private key: give the public one only");
        if (Text(jwk, "use") is not (null or "sig")) return KeyReading.No("is a JWK for another use than signatures");
        AsymmetricAlgorithm? key = Text(jwk, "kty") switch { "RSA" => OfRsa(jwk), "EC" => OfCurve(jwk), _ => null };
        return Checked(key, Text(jwk, "kid"), Text(jwk, "alg"));
    }

    private static RSA OfRsa(JsonElement jwk) => RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });

    private static ECDsa? OfCurve(JsonElement jwk) => Text(jwk, "crv") switch
    {
        "P-256" => OfCurve(jwk, ECCurve.NamedCurves.nistP256),
        "P-384" => OfCurve(jwk, ECCurve.NamedCurves.nistP384),
        "P-521" => OfCurve(jwk, ECCurve.NamedCurves.nistP521),
        _ => null,
    };

    private static ECDsa OfCurve(JsonElement jwk, ECCurve curve) =>
        ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } });

    private static KeyReading Checked(AsymmetricAlgorithm? key, string? id, string? algorithm)
    {
        if (key is not null && SigningKey.Create(key, id, algorithm) is { } good) return new KeyReading(good, null);
        key?.Dispose();
        return KeyReading.No(
            "must be RSA of 2048 to 8192 bits or one of the curves P-256, P-384 and P-521, for RS256, PS256 or ES256/384/512");
    }

    private static string? Text(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Bytes(JsonElement jwk, string name) => Base64Url.DecodeFromChars(Text(jwk, name));
}
