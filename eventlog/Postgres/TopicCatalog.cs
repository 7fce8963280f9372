using System.Collections.Concurrent;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Topics by name, read once: neither a topic's id nor its number of partitions ever changes.</summary>
internal sealed class TopicCatalog(LogDatabase database)
{
    private readonly ConcurrentDictionary<string, TopicRow> known = new(StringComparer.Ordinal);

    public bool TryGet(string name, out TopicRow topic) => known.TryGetValue(name, out topic);

    /// <exception cref="EventLogException">There is no such topic.</exception>
    public async ValueTask<TopicRow> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(name, out var topic)) return topic;
        await LoadAsync(cancellationToken);
        if (known.TryGetValue(name, out topic)) return topic;
        throw new EventLogException($"The topic {name} is not in the log: run ./pipeline migrate.");
    }

    public async Task<IReadOnlyList<TopicRow>> GetAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var rows = new List<TopicRow>();
        foreach (var name in names) rows.Add(await GetAsync(name, cancellationToken));
        return rows;
    }

    private const string LoadSql = """
        SELECT id, name, partitions
        FROM eventlog.topics
        """;

    private Task<int> LoadAsync(CancellationToken cancellationToken) => database.RunAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(LoadSql, connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
                known[reader.GetString(1)] = new TopicRow(reader.GetInt16(0), reader.GetString(1), reader.GetInt16(2));
            return known.Count;
        },
        cancellationToken);
}

internal readonly record struct TopicRow(short Id, string Name, int Partitions);
