using System.Buffers.Binary;

namespace PaymentPipeline.Storage.Batches;

/// <summary>16 bytes of a hash, kept in a uuid column: fixed width, compared as one value.</summary>
internal static class ContentHashes
{
    public static Guid ToGuid(UInt128 hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return new Guid(bytes, bigEndian: true);
    }

    public static UInt128 ToNumber(Guid stored)
    {
        Span<byte> bytes = stackalloc byte[16];
        stored.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
