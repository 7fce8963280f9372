using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PaymentPipeline.Gateways;

/// <summary>The first 16 bytes of a SHA-256, as <see cref="GatewayEvent.ContentHash"/> and as a key of last resort.</summary>
internal static class ContentHash
{
    public static UInt128 Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Of two pieces, with a zero byte between them so that nothing can move from one to the other.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hasher.AppendData(first);
        hasher.AppendData([0]);
        hasher.AppendData(second);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        hasher.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Keeps a body that names nothing in one partition with its repetitions: <c>body-…</c>.</summary>
    public static string PartitionKeyOf(ReadOnlySpan<byte> body) => $"body-{Of(body):x32}";
}
