using System.Security.Cryptography;

namespace PaymentPipeline.Simulator.Adyen;

/// <summary>What one Adyen endpoint signs with.</summary>
internal sealed record AdyenSecrets(string MerchantAccount, string HexKey)
{
    public byte[] Key { get; } = Convert.FromHexString(HexKey);

    /// <summary>The header signature of token webhooks: over the raw body.</summary>
    public string SignHeader(ReadOnlySpan<byte> body) => Convert.ToBase64String(HMACSHA256.HashData(Key, body));
}
