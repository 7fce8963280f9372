using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>A partition as the group's table shows it to its holder.</summary>
internal readonly record struct HeldPartition(TopicPartition Partition, long Epoch, long NextOffset, bool Surplus);

/// <summary>The group's tables, asked as one member of the group.</summary>
internal sealed class GroupStore(LogDatabase database, string group, Guid member, IReadOnlyList<TopicRow> topics, TimeSpan lease)
{
    private readonly Dictionary<short, string> names = topics.ToDictionary(topic => topic.Id, topic => topic.Name);
    private readonly Dictionary<string, TopicRow> rows = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);

    public string Group => group;

    public TimeSpan Lease => lease;

    public IEnumerable<string> Topics => rows.Keys;

    public TopicRow TopicOf(TopicPartition partition) => rows[partition.Topic];

    private const string HeartbeatSql = """
        SELECT topic_id, partition, epoch, next_offset, surplus
        FROM eventlog.heartbeat($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>Renews what is held, takes what is free up to this member's share, and answers with all that it holds now.</summary>
    public Task<List<HeldPartition>> HeartbeatAsync(
        IReadOnlyCollection<KeyValuePair<TopicPartition, long>> held, CancellationToken cancellationToken) =>
        RunAsync(
            HeartbeatSql, held, [],
            [new NpgsqlParameter<short[]> { TypedValue = [.. names.Keys.Order()] }, new NpgsqlParameter<TimeSpan> { TypedValue = lease }],
            reader => new HeldPartition(
                new TopicPartition(names[reader.GetInt16(0)], reader.GetInt16(1)), reader.GetInt64(2), reader.GetInt64(3),
                    reader.GetBoolean(4)),
            cancellationToken);

    private const string CommitSql = """
        SELECT topic_id, partition
        FROM eventlog.commit_offsets($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>Answers with the partitions whose offset was stored.</summary>
    public Task<List<TopicPartition>> CommitAsync(
        IReadOnlyCollection<KeyValuePair<TopicPartition, long>> epochs, long[] nextOffsets, CancellationToken cancellationToken) =>
        RunAsync(
            CommitSql, epochs, [new NpgsqlParameter<long[]> { TypedValue = nextOffsets }], [],
            reader => new TopicPartition(names[reader.GetInt16(0)], reader.GetInt16(1)), cancellationToken);

    private const string ReleaseSql = """
        SELECT eventlog.release($1, $2, $3, $4, $5)
        """;

    public Task ReleaseAsync(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> held, CancellationToken cancellationToken) =>
        RunAsync(ReleaseSql, held, [], [], _ => true, cancellationToken);

    private const string LeaveSql = """
        SELECT eventlog.leave($1, $2)
        """;

    public Task LeaveAsync(CancellationToken cancellationToken) => database.RunControlAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(LeaveSql, connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = member });
            return await command.ExecuteNonQueryAsync(token);
        },
        cancellationToken);

    private Task<List<T>> RunAsync<T>(
        string sql, IReadOnlyCollection<KeyValuePair<TopicPartition, long>> held, NpgsqlParameter[] after, NpgsqlParameter[] before,
        Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken) =>
        database.RunControlAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group });
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = member });
                command.Parameters.AddRange(before);
                command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. held.Select(one => rows[one.Key.Topic].Id)] });
                command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. held.Select(one => (short)one.Key.Number)] });
                command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. held.Select(one => one.Value)] });
                command.Parameters.AddRange(after);
                await using var reader = await command.ExecuteReaderAsync(token);
                var found = new List<T>();
                while (await reader.ReadAsync(token)) found.Add(row(reader));
                return found;
            },
            cancellationToken);
}
