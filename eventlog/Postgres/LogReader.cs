using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Where to read on in one partition.</summary>
/// <param name="Since">The append time of the last record read: days before it need not be searched.</param>
internal readonly record struct ReadPosition(TopicRow Topic, int Partition, long Offset, DateTime Since)
{
    /// <summary>Not known yet: all days are searched. PostgreSQL's -infinity.</summary>
    public static readonly DateTime AnyTime = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

    public TopicPartition TopicPartition => new(Topic.Name, Partition);
}

/// <summary>Reads of the log: several partitions in one round trip, each in order of its offsets.</summary>
internal sealed class LogReader(LogDatabase database, TopicCatalog catalog)
{
    private const string ReadSql = """
        SELECT slot, first_offset, next_offset, log_offset, record_count, appended_at, key, headers, value
        FROM eventlog.read($1, $2, $3, $4, $5)
        """;

    /// <exception cref="OffsetOutOfRangeException">A position is below the first record kept, or beyond the end.</exception>
    public Task<List<LogRecord>> ReadAsync(IReadOnlyList<ReadPosition> positions, int maxRecords, CancellationToken cancellationToken) =>
        database.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(ReadSql, connection);
                command.Parameters.Add(Array(positions, position => position.Topic.Id));
                command.Parameters.Add(Array(positions, position => (short)position.Partition));
                command.Parameters.Add(Array(positions, position => position.Offset));
                command.Parameters.Add(new NpgsqlParameter<DateTime[]>
                {
                    TypedValue = positions.Select(position => position.Since).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                });
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = maxRecords });
                await using var reader = await command.ExecuteReaderAsync(token);
                return await ReadRowsAsync(reader, positions, maxRecords, token);
            },
            cancellationToken);

    private static async Task<List<LogRecord>> ReadRowsAsync(
        NpgsqlDataReader reader, IReadOnlyList<ReadPosition> positions, int maxRecords, CancellationToken token)
    {
        var records = new List<LogRecord>();
        var expected = new long[positions.Count];
        for (var i = 0; i < expected.Length; i++) expected[i] = positions[i].Offset;
        while (records.Count < maxRecords && await reader.ReadAsync(token))
        {
            var slot = reader.GetInt32(0) - 1;
            var partition = positions[slot].TopicPartition;
            var (first, last) = ReadOffsets(reader, partition, expected[slot]);
            var stored = ReadRow(reader, (int)(last - first) + 1);
            var appendedAt = new DateTimeOffset(reader.GetDateTime(5));
            // Of the first row some may have been read before, of the last some may be too many.
            for (; expected[slot] <= last && records.Count < maxRecords; expected[slot]++)
            {
                var one = stored[expected[slot] - first];
                records.Add(new LogRecord(
                    partition, expected[slot], RecordBytes.ToKey(one.Key.Span), RecordBytes.ToHeaders(one.Headers.Span), one.Value,
                    appendedAt));
            }
        }
        EventLogMetrics.RecordsRead.Add(records.Count);
        return records;
    }

    private static StoredRecord[] ReadRow(NpgsqlDataReader reader, int count)
    {
        var value = reader.GetFieldValue<byte[]>(8);
        return count == 1
            ? [new StoredRecord(reader.GetFieldValue<byte[]>(6), reader.GetFieldValue<byte[]>(7), value)]
            : PackedRecords.Unpack(value, count);
    }

    /// <summary>
    /// The first and last offset in a row. Offsets have no holes, so a row without the very next one is a fault to stop at, never to
    /// jump over.
    /// </summary>
    private static (long First, long Last) ReadOffsets(NpgsqlDataReader reader, TopicPartition partition, long expected)
    {
        if (!reader.IsDBNull(3))
        {
            var last = reader.GetInt64(3);
            var first = last - reader.GetInt16(4) + 1;
            if (first <= expected && expected <= last) return (first, last);
        }
        var (kept, next) = (reader.GetInt64(1), reader.GetInt64(2));
        if (expected < kept || expected > next)
            throw new OffsetOutOfRangeException(
                $"Offset {expected} of {partition} is not in the log, which holds {kept} up to before {next}.");
        throw new EventLogException($"Offset {expected} of {partition} is missing though the log holds {kept} up to before {next}.");
    }

    private const string OffsetsSql = """
        SELECT partition, first_offset, next_offset
        FROM eventlog.partitions
        WHERE topic_id = $1
        """;

    public async Task<Dictionary<TopicPartition, OffsetRange>> GetOffsetsAsync(string topic, CancellationToken cancellationToken)
    {
        var row = await catalog.GetAsync(topic, cancellationToken);
        return await QueryAsync(
            OffsetsSql, [new NpgsqlParameter<short> { TypedValue = row.Id }],
            reader => (new TopicPartition(topic, reader.GetInt16(0)), new OffsetRange(reader.GetInt64(1), reader.GetInt64(2))),
            cancellationToken);
    }

    private const string FindSql = """
        SELECT partition, eventlog.find_offset(topic_id, partition, $2)
        FROM eventlog.partitions
        WHERE topic_id = $1
        """;

    public async Task<Dictionary<TopicPartition, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var row = await catalog.GetAsync(topic, cancellationToken);
        return await QueryAsync(
            FindSql,
            [new NpgsqlParameter<short> { TypedValue = row.Id }, new NpgsqlParameter<DateTime> { TypedValue = time.UtcDateTime }],
            reader => (new TopicPartition(topic, reader.GetInt16(0)), reader.GetInt64(1)),
            cancellationToken);
    }

    private const string CommittedSql = """
        SELECT t.name, g.partition, g.next_offset
        FROM eventlog.group_partitions g
        JOIN eventlog.topics t ON t.id = g.topic_id
        WHERE g.group_name = $1 AND t.name = ANY ($2) AND g.next_offset IS NOT NULL
        """;

    public Task<Dictionary<TopicPartition, long>> GetCommittedAsync(
        string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        QueryAsync(
            CommittedSql,
            [new NpgsqlParameter<string> { TypedValue = group }, new NpgsqlParameter<string[]> { TypedValue = [.. topics] }],
            reader => (new TopicPartition(reader.GetString(0), reader.GetInt16(1)), reader.GetInt64(2)),
            cancellationToken);

    private Task<Dictionary<TopicPartition, T>> QueryAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, (TopicPartition, T)> row, CancellationToken cancellationToken) =>
        database.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.AddRange(parameters);
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new Dictionary<TopicPartition, T>();
                while (await reader.ReadAsync(token))
                {
                    var (partition, value) = row(reader);
                    rows[partition] = value;
                }
                return rows;
            },
            cancellationToken);

    private static NpgsqlParameter<T[]> Array<T>(IReadOnlyList<ReadPosition> positions, Func<ReadPosition, T> member) =>
        new() { TypedValue = positions.Select(member).ToArray() };
}
