using System.Security.Cryptography;

namespace PaymentPipeline.Api.Auth;

/// <summary>A public key and the algorithms that it may be used with. The key decides, not the token.</summary>
internal sealed class SigningKey : IDisposable
{
    private const int RsaBitsMin = 2048;
    private const int RsaBitsMax = 8192;
    private readonly AsymmetricAlgorithm _key;
    private readonly Dictionary<string, HashAlgorithmName> _algorithms;

    /// <param name="onlyAlgorithm">The JWK's own <c>alg</c>; null: whatever the kind of key allows.</param>
    private SigningKey(AsymmetricAlgorithm key, Dictionary<string, HashAlgorithmName> algorithms, string? id, string? onlyAlgorithm)
    {
        (_key, Id) = (key, id);
        _algorithms = onlyAlgorithm is null ? algorithms : algorithms.Where(pair => pair.Key == onlyAlgorithm).ToDictionary();
    }

    /// <summary>The <c>kid</c>; null for a key without one, which is tried for every token.</summary>
    public string? Id { get; }

    /// <summary>Null when the key is too weak, of an unknown curve, or not for an algorithm of the list.</summary>
    public static SigningKey? Create(AsymmetricAlgorithm key, string? id, string? onlyAlgorithm)
    {
        var algorithms = AlgorithmsOf(key);
        var made = new SigningKey(key, algorithms, id, onlyAlgorithm);
        return made._algorithms.Count > 0 ? made : null;
    }

    /// <summary>RFC 7518, section 3.1: asymmetric algorithms only; there is no "none" and no HMAC in this table.</summary>
    private static Dictionary<string, HashAlgorithmName> AlgorithmsOf(AsymmetricAlgorithm key) => key switch
    {
        RSA { KeySize: >= RsaBitsMin and <= RsaBitsMax } =>
            new() { ["RS256"] = HashAlgorithmName.SHA256, ["PS256"] = HashAlgorithmName.SHA256 },
        ECDsa { KeySize: 256 } => new() { ["ES256"] = HashAlgorithmName.SHA256 },
        ECDsa { KeySize: 384 } => new() { ["ES384"] = HashAlgorithmName.SHA384 },
        ECDsa { KeySize: 521 } => new() { ["ES512"] = HashAlgorithmName.SHA512 },
        _ => [],
    };

    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!_algorithms.TryGetValue(algorithm, out var hash)) return false;
        return _key switch
        {
            RSA rsa => rsa.VerifyData(signed, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            // RFC 7518, section 3.4: R and S, each as long as the field, one after the other.
            ECDsa ecdsa => ecdsa.VerifyData(signed, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            _ => false,
        };
    }

    public void Dispose() => _key.Dispose();
}
