using System.Text;

namespace PaymentPipeline.Storage;

/// <summary>Key to shard. Everything of one key is in one shard, and one publisher at a time has a shard.</summary>
public static class OutboxShards
{
    /// <summary>Fixed: the rows of <c>outbox_leases</c> are made by the first migration.</summary>
    public const int Count = 16;

    /// <summary>FNV-1a over the key's UTF-8 bytes, modulo <see cref="Count"/>.</summary>
    public static short Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(key)) hash = (hash ^ b) * 16777619u;
        return (short)(hash % Count);
    }
}
