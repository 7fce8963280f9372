using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>A record for the log as the books have it: an event of <c>payment.events</c>, or a copy of a dead letter.</summary>
/// <param name="Key">Records of one key keep their order.</param>
/// <param name="Gateway">Whose event it is: the owner's gateway and account; null for copies of dead letters.</param>
/// <param name="Headers">Beside the event's id and type.</param>
public sealed record StagedEvent(
    string Topic, string Key, string EventId, string EventType, string? Gateway, string? Account,
    IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Payload);

/// <summary>
/// The log, where it is in the books' own database: what the books tell is appended in the transaction of its cause, so that
/// it is in the log exactly once and at once (docs/decisions/0022). Not registered where the log is elsewhere.
/// </summary>
public interface IJoinedLog
{
    /// <summary>Makes sure that the topics are known, so that nothing has to be asked inside a transaction.</summary>
    ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Adds the append, in the order given. It locks the partitions until the commit: it comes last.</summary>
    void AddAppend(NpgsqlBatch batch, IReadOnlyList<StagedEvent> events);

    /// <summary>Adds to the transaction that readers in other processes are told of it.</summary>
    void AddAnnouncement(NpgsqlBatch batch);

    /// <summary>To be called after the commit: wakes the readers.</summary>
    /// <param name="isTold">The transaction told those in other processes.</param>
    void Announce(bool isTold);
}

/// <param name="Staged">Events that wait in the outbox.</param>
/// <param name="ByTopic">Records that are in the log, those included which had waited.</param>
public readonly record struct Published(int Staged, IReadOnlyCollection<KeyValuePair<string, int>> ByTopic);
