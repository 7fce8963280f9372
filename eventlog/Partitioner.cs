using System.Text;

namespace PaymentPipeline.EventLog;

/// <summary>
/// Key to partition, by our own function, so that both engines, every client version and every language that follows
/// this page agree: FNV-1a, 32 bits, over the key's UTF-8 bytes, modulo the number of partitions.
/// </summary>
public static class Partitioner
{
    public static int PartitionOf(string key, int partitions)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        Span<byte> small = stackalloc byte[256];
        var length = Encoding.UTF8.GetByteCount(key);
        var bytes = length <= small.Length ? small[..length] : new byte[length];
        Encoding.UTF8.GetBytes(key, bytes);
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        return (int)(hash % (uint)partitions);
    }
}
