using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Checking;

namespace PaymentPipeline.Ops.Verify;

/// <summary>Reads <c>payment.events</c> and compares it with the versions in the books.</summary>
internal sealed class EventScan(IEventLog log, Scratch scratch, TimeProvider time)
{
    // The clocks of the processors and of the log may be apart by this much.
    private static readonly TimeSpan clocksApart = TimeSpan.FromMinutes(1);
    private const int MissingMax = 10_000;

    private readonly LogPages _pages = new(log, Topics.PaymentEvents);
    private readonly Tally _bounds = new("I13", "amounts are in bounds at every published version");

    public Task ReadAsync(CancellationToken cancellationToken) => scratch.TakeAsync(VersionsAsync(cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<InvariantResult>> CheckAsync(CancellationToken cancellationToken)
    {
        await scratch.TakeAsync(_pages.Ranges, cancellationToken);
        var checks = new EventChecks(scratch);
        var now = time.GetUtcNow();
        var since = _pages.Ranges.Select(range => Since(range, now)).Min();
        var missing = await checks.MissingAsync(
            since, one => one.RecordedAt >= Since(_pages.RangeOf(PartitionOf(one.PaymentId)), now), MissingMax, cancellationToken);
        // What was published while the books were asked.
        await ReadAsync(cancellationToken);
        return [_bounds.Result, .. await checks.CheckAsync(missing, since, cancellationToken)];
    }

    /// <summary>From when on the partition has everything.</summary>
    private static DateTimeOffset Since(ReadRange range, DateTimeOffset now) =>
        range.First == 0 ? DateTimeOffset.MinValue : range.FirstAt + clocksApart ?? now;

    private int PartitionOf(Guid payment) =>
        Partitioner.PartitionOf(Identifiers.Format(Identifiers.PaymentPrefix, payment), _pages.Partitions);

    private async IAsyncEnumerable<PublishedVersion> VersionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in _pages.ReadAsync(cancellationToken))
            if (Read(record) is { } version) yield return version;
    }

    private PublishedVersion? Read(LogRecord record)
    {
        using var document = JsonDocument.Parse(record.Value);
        var root = document.RootElement;
        if (!Identifiers.TryParse(Identifiers.PaymentPrefix, root.GetProperty("subject").GetString()!, out var id)) return null;
        var eventId = root.GetProperty("id").GetString()!;
        CheckBounds(eventId, root.GetProperty("data"));
        return new PublishedVersion(
            record.Partition.Number, record.Offset, id, Sequence(root), eventId, SHA256.HashData(record.Value.Span));
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
}
