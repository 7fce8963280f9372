using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>What holds between payment.events and the transitions in the books.</summary>
internal sealed class EventInvariants(IEventLog log)
{
    private sealed class Published
    {
        public int Partition { get; init; }
        public int NewestFirstSeen { get; set; }
        public Dictionary<int, (string EventId, UInt128 Hash)> Versions { get; } = [];
    }

    private readonly Dictionary<Guid, Published> _payments = [];
    private readonly Tally _bounds = new("I13", "amounts are in bounds at every published version");
    private readonly Tally _order = new("I23", "versions of a payment are gapless, ascending, in one partition");
    private readonly Tally _published = new("I24", "every version is published, repeats are identical");
    private readonly Tally _ghosts = new("I25", "every event has its version in the books");

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var record in new LogPages(log).ReadAsync(Topics.PaymentEvents, cancellationToken)) Look(record);
    }

    /// <param name="before">The versions as they were before the topic was read: these must be on it.</param>
    /// <param name="after">The versions as they were afterwards: what is on the topic must be among these.</param>
    /// <param name="staged">The events that waited in the outbox before the versions were read.</param>
    public IEnumerable<InvariantResult> Results(
        IReadOnlyList<StoredVersion> before, IReadOnlyList<StoredVersion> after, IReadOnlyCollection<string> staged)
    {
        var stored = after.ToDictionary(version => (version.PaymentId, version.Version));
        var waiting = staged.ToHashSet();
        foreach (var version in before)
        {
            if (waiting.Contains(version.EventId)) continue;
            var there = _payments.TryGetValue(version.PaymentId, out var payment) && payment.Versions.ContainsKey(version.Version);
            _published.Require(there, () => $"{version.EventId} {version.EventType} is neither published nor staged");
        }
        foreach (var (id, payment) in _payments)
        {
            var gapless = payment.Versions.Count == payment.NewestFirstSeen;
            _order.Require(gapless, () => $"{id} has {payment.Versions.Count} published versions, the newest is {payment.NewestFirstSeen}");
            foreach (var (version, (eventId, _)) in payment.Versions)
                _ghosts.Require(
                    stored.TryGetValue((id, version), out var known) && known.EventId == eventId,
                    () => $"{eventId} is on {Topics.PaymentEvents} but not in the books");
        }
        return [_bounds.Result, _order.Result, _published.Result, _ghosts.Result];
    }

    private void Look(LogRecord record)
    {
        using var document = JsonDocument.Parse(record.Value);
        var root = document.RootElement;
        if (!Identifiers.TryParse(Identifiers.PaymentPrefix, root.GetProperty("subject").GetString()!, out var id)) return;
        var sequence = Sequence(root);
        var eventId = root.GetProperty("id").GetString()!;
        var hash = Hash(record.Value.Span);
        if (!_payments.TryGetValue(id, out var payment)) _payments[id] = payment = new Published { Partition = record.Partition.Number };
        if (payment.Partition != record.Partition.Number) _order.Violated(
            $"{eventId} is in partition {record.Partition.Number}, others of its payment in {payment.Partition}");
        if (payment.Versions.TryGetValue(sequence, out var earlier))
        {
            _published.Require(earlier == (eventId, hash), () => $"{eventId} was published again with other bytes");
            return;
        }
        if (sequence < payment.NewestFirstSeen) _order.Violated($"{eventId} came first after version {payment.NewestFirstSeen}");
        payment.Versions[sequence] = (eventId, hash);
        payment.NewestFirstSeen = Math.Max(payment.NewestFirstSeen, sequence);
        CheckBounds(eventId, root.GetProperty("data"));
    }

    private void CheckBounds(string eventId, JsonElement data)
    {
        long Amount(string name) =>
            data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
        var (authorized, captured, refunded, pending) = (Amount("amountAuthorized"), Amount("amountCaptured"), Amount("amountRefunded"),
            Amount("amountRefundPending"));
        _bounds.Require(
            refunded >= 0 && pending >= 0 && refunded + pending <= captured && captured <= authorized,
            () => $"{eventId}: authorized {authorized}, captured {captured}, refunded {refunded}, pending {pending}");
    }

    // CloudEvents' sequence extension is a string; ours may be written either way.
    private static int Sequence(JsonElement root)
    {
        var sequence = root.GetProperty("sequence");
        return sequence.ValueKind == JsonValueKind.Number ? sequence.GetInt32()
            : int.Parse(sequence.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
