using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Simulator.PayPal;

/// <summary>One transmission: its id and time, and the RSA signature over "id|time|webhook id|CRC-32 of the body".</summary>
internal sealed record PayPalSignature(string TransmissionId, string TransmissionTime, string Signature)
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    public static PayPalSignature Make(RSA key, string webhookId, string transmissionId, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        var stamp = PayPalBodies.Time(time);
        var signed = string.Create(CultureInfo.InvariantCulture, $"{transmissionId}|{stamp}|{webhookId}|{Crc32(body)}");
        var signature = key.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new PayPalSignature(transmissionId, stamp, Convert.ToBase64String(signature));
    }

    /// <summary>IEEE CRC-32 of the raw body.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes) crc = CrcTable[(byte)(crc ^ value)] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var index = 0u; index < 256; index++)
        {
            var value = index;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? 0xEDB88320u ^ value >> 1 : value >> 1;
            table[index] = value;
        }
        return table;
    }
}
