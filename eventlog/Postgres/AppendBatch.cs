using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// The arrays of one append, as the database's function <c>eventlog.append_rows</c> wants them. The records that go to one partition
/// share rows (<see cref="PackedRecords"/>); one that is alone keeps its own.
/// </summary>
internal sealed class AppendBatch
{
    private readonly short[] topicIds;
    private readonly short[] partitions;
    private readonly int[] counts;
    private readonly List<int> slots = [];
    private readonly List<int> lasts = [];
    private readonly List<short> recordCounts = [];
    private readonly List<byte[]> keys = [];
    private readonly List<byte[]> headers = [];
    private readonly List<ReadOnlyMemory<byte>> values = [];

    public AppendBatch(IReadOnlyList<PendingAppend> pending)
    {
        // Ascending by topic and partition: the order in which the database locks them.
        var targets = new SortedList<(short Topic, short Partition), List<RoutedRecord>>();
        Topics = [];
        foreach (var append in pending)
        {
            foreach (ref readonly var record in append.Records.AsSpan())
            {
                if (!targets.TryGetValue((record.Topic.Id, record.Partition), out var records))
                    targets.Add((record.Topic.Id, record.Partition), records = []);
                records.Add(record);
                Topics.Add(record.Topic.Name);
            }
        }
        topicIds = targets.Keys.Select(target => target.Topic).ToArray();
        partitions = targets.Keys.Select(target => target.Partition).ToArray();
        counts = targets.Values.Select(records => records.Count).ToArray();
        for (var slot = 0; slot < counts.Length; slot++) AddRows(slot, CollectionsMarshal.AsSpan(targets.Values[slot]));
    }

    public HashSet<string> Topics { get; }

    private void AddRows(int slot, ReadOnlySpan<RoutedRecord> records)
    {
        for (var done = 0; done < records.Length;)
        {
            var row = records.Slice(done, PackedRecords.Fit(records[done..]));
            done += row.Length;
            slots.Add(slot + 1);
            lasts.Add(done - 1);
            recordCounts.Add((short)row.Length);
            keys.Add(row.Length == 1 ? row[0].Key : []);
            headers.Add(row.Length == 1 ? row[0].Headers : []);
            values.Add(row.Length == 1 ? row[0].Value : PackedRecords.Pack(row));
        }
    }

    private const string AppendSql = """
        SELECT eventlog.append_rows($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
            new NpgsqlParameter<List<int>> { TypedValue = slots },
            new NpgsqlParameter<List<int>> { TypedValue = lasts },
            new NpgsqlParameter<List<short>> { TypedValue = recordCounts },
            new NpgsqlParameter<List<byte[]>> { TypedValue = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<List<byte[]>> { TypedValue = headers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<List<ReadOnlyMemory<byte>>>
            {
                TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            },
        },
    };
}
