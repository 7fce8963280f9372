using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>The arrays of one append, as the database's function <c>eventlog.append</c> wants them.</summary>
internal sealed class AppendBatch
{
    private readonly short[] topicIds;
    private readonly short[] partitions;
    private readonly int[] counts;
    private readonly int[] slots;
    private readonly int[] ordinals;
    private readonly byte[][] keys;
    private readonly byte[][] headers;
    private readonly ReadOnlyMemory<byte>[] values;

    public AppendBatch(IReadOnlyList<PendingAppend> pending, int records)
    {
        // Ascending by topic and partition: the order in which the database locks them.
        var targets = new SortedList<(short Topic, short Partition), int>();
        Topics = [];
        foreach (var append in pending)
        {
            foreach (ref readonly var record in append.Records.AsSpan())
            {
                targets[(record.Topic.Id, record.Partition)] = 0;
                Topics.Add(record.Topic.Name);
            }
        }
        (slots, ordinals) = (new int[records], new int[records]);
        (keys, headers, values) = (new byte[records][], new byte[records][], new ReadOnlyMemory<byte>[records]);
        var next = 0;
        foreach (var append in pending)
        {
            foreach (ref readonly var record in append.Records.AsSpan())
            {
                var slot = targets.IndexOfKey((record.Topic.Id, record.Partition));
                ordinals[next] = targets.GetValueAtIndex(slot);
                targets.SetValueAtIndex(slot, ordinals[next] + 1);
                slots[next] = slot + 1;
                (keys[next], headers[next], values[next]) = (record.Key, record.Headers, record.Value);
                next++;
            }
        }
        topicIds = targets.Keys.Select(target => target.Topic).ToArray();
        partitions = targets.Keys.Select(target => target.Partition).ToArray();
        counts = [.. targets.Values];
    }

    public HashSet<string> Topics { get; }

    private const string AppendSql = """
        SELECT eventlog.append($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    /// <summary>One transaction and one round trip. Never cancelled by a caller.</summary>
    /// <param name="announcement">To go with it, if any.</param>
    public async Task<int> ExecuteAsync(NpgsqlConnection connection, NpgsqlBatchCommand? announcement)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { ToCommand() } };
        if (announcement is not null) batch.BatchCommands.Add(announcement);
        return await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The same as a part of a larger transaction.</summary>
    public NpgsqlBatchCommand ToCommand() => new(AppendSql)
    {
        Parameters =
        {
            new NpgsqlParameter<short[]> { TypedValue = topicIds },
            new NpgsqlParameter<short[]> { TypedValue = partitions },
            new NpgsqlParameter<int[]> { TypedValue = counts },
            new NpgsqlParameter<int[]> { TypedValue = slots },
            new NpgsqlParameter<int[]> { TypedValue = ordinals },
            new NpgsqlParameter<byte[][]> { TypedValue = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<byte[][]> { TypedValue = headers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<ReadOnlyMemory<byte>[]>
            {
                TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            },
        },
    };
}
