using System.Text.Json;
using Npgsql;

namespace PaymentPipeline.Storage.Batches;

/// <summary>What a batch has for the log: its events, and a copy of each dead letter.</summary>
internal static class OutboxRows
{
    public static List<StagedEvent> Of(BatchDraft draft)
    {
        var staged = new List<StagedEvent>(draft.Outbox.Count + draft.DeadLetters.Count);
        foreach (var row in draft.Outbox) staged.Add(Of(row));
        foreach (var (record, eventKey, rejection) in draft.DeadLetters)
            staged.Add(new StagedEvent(StagedTopics.DeadWebhooks, Storable(record.Key),
                Storable($"dead:{record.Topic}/{record.Partition}/{record.Offset}/{eventKey}"), "DeadWebhook", null, null,
                Headers(record, rejection), record.Body.ToArray()));
        return staged;
    }

    public static List<StagedEvent> Of(IReadOnlyList<OutboxRow> rows) => [.. rows.Select(Of)];

    private static StagedEvent Of(OutboxRow row) => new(
        StagedTopics.PaymentEvents, row.Event.Key, row.Event.Id, row.Event.Type, row.Gateway, row.Account,
        row.TraceParent is null ? [] : [new("traceparent", row.TraceParent)], row.Event.Json);

    // The next ids of a key must be above all earlier ones of it: unnest WITH ORDINALITY and ORDER BY keep the batch's order.
    private const string InsertSql = """
        INSERT INTO books.outbox (shard, topic, key, event_id, event_type, gateway, account, headers, payload, created_at)
        SELECT u.shard, u.topic, u.key, u.event_id, u.event_type, u.gateway, u.account, u.headers, u.payload, $10
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY
            AS u (shard, topic, key, event_id, event_type, gateway, account, headers, payload, ordinality)
        ORDER BY u.ordinality
        """;

    public static NpgsqlBatchCommand Insert(IReadOnlyList<StagedEvent> rows, DateTimeOffset now) => new NpgsqlBatchCommand(InsertSql)
        .Column(rows, row => OutboxShards.Of(row.Key))
        .Column(rows, row => row.Topic)
        .Column(rows, row => row.Key)
        .Column(rows, row => row.EventId)
        .Column(rows, row => row.EventType)
        .Column(rows, row => row.Gateway)
        .Column(rows, row => row.Account)
        .Column(rows, row => HeadersJson(row.Headers))
        .Column(rows, row => row.Payload)
        .Value(now);

    private static string? HeadersJson(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        headers.Count == 0 ? null : JsonSerializer.Serialize(headers.ToDictionary(StringComparer.Ordinal));

    /// <param name="json">As <c>books.outbox</c> holds them: an object of strings; null for none.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadHeaders(string? json) =>
        json is null ? [] : [.. JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? []];

    private static List<KeyValuePair<string, string>> Headers(IncomingRecord record, Storage.Rejection rejection)
    {
        var headers = record.Headers.GroupBy(header => Storable(header.Key), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Storable(group.First().Value), StringComparer.Ordinal);
        headers["dead-reason"] = rejection.Reason;
        headers["dead-error"] = Storable(rejection.Error);
        headers["dead-source"] = $"{record.Topic}/{record.Partition}/{record.Offset}";
        return [.. headers];
    }

    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}

/// <summary>Topics named by the books; the same words as the event log's.</summary>
internal static class StagedTopics
{
    public const string PaymentEvents = "payment.events";
    public const string DeadWebhooks = "webhooks.dead";
}
