using System.Diagnostics;
using PaymentPipeline.EventLog;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Comparing;

/// <summary>
/// How long it takes until a consumer of <c>payment.events</c> has the event that a webhook leads to (the charge's and
/// PaymentCaptured), from the moment at which the webhook is due and from its acceptance. The consumer is a member of a group, as a
/// service of the shop would be.
/// </summary>
internal sealed class ReadableWatch(IEventLog log, string run)
{
    private const string Group = "load";
    private const string EventType = "PaymentCaptured";

    // The step of a payment that captures, by WebhookMix: the charge.
    private const int CapturingStep = 1;

    // As many payments as can be under way at once; a number further on takes its place.
    private const int Kept = 1 << 20;
    private static readonly TimeSpan pollAtMost = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _orderPrefix = System.Text.Encoding.ASCII.GetBytes($"\"orderId\":\"{TemplateWords.OrderPrefix}{run}-");
    private readonly long[] _dueAt = new long[Kept];
    private readonly long[] _acceptedAt = new long[Kept];
    private int _expected;
    private int _seen;

    /// <summary>From the moment at which the webhook was due, so that nothing is hidden by a driver that waits.</summary>
    public Histogram FromDue { get; } = new();

    /// <summary>From its 2xx; 0 where the event was there before it.</summary>
    public Histogram FromAccepted { get; } = new();

    public bool HasSeenAll => Volatile.Read(ref _seen) >= Volatile.Read(ref _expected);
    public int Missing => Volatile.Read(ref _expected) - Volatile.Read(ref _seen);

    /// <summary>To be told of each arrival.</summary>
    public void Due(long number, long timestamp)
    {
        var (payment, step) = WebhookMix.Event(number);
        if (step != CapturingStep) return;
        Volatile.Write(ref _acceptedAt[payment % Kept], 0);
        Volatile.Write(ref _dueAt[payment % Kept], timestamp);
        Interlocked.Increment(ref _expected);
    }

    /// <summary>To be told of each 2xx.</summary>
    public void Accepted(long number, long timestamp)
    {
        var (payment, step) = WebhookMix.Event(number);
        if (step == CapturingStep) Volatile.Write(ref _acceptedAt[payment % Kept], timestamp);
    }

    /// <summary>Reads until it is cancelled, which is how it ends. Earlier events are not read.</summary>
    public async Task RunAsync(TaskCompletionSource ready, CancellationToken cancellationToken)
    {
        try
        {
            await SkipAsync(cancellationToken);
            await using var consumer = await log.SubscribeAsync(Group, [Topics.PaymentEvents], cancellationToken);
            while (true)
            {
                var poll = await consumer.PollAsync(1000, pollAtMost, cancellationToken);
                if (poll.Assigned.Count > 0) ready.TrySetResult();
                var now = Stopwatch.GetTimestamp();
                foreach (var record in poll.Records) See(record, now);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It has seen enough.
        }
        catch (Exception exception)
        {
            ready.TrySetException(exception);
            throw;
        }
    }

    private void See(LogRecord record, long now)
    {
        if (record.Header(LogHeaders.EventType) is { } type && type != EventType) return;
        var value = record.Value.Span;
        var at = value.IndexOf(_orderPrefix);
        if (at < 0) return;
        var payment = LetterNumber.Read(value[(at + _orderPrefix.Length)..]);
        // Once: an event may be published twice.
        var due = payment < 0 ? 0 : Interlocked.Exchange(ref _dueAt[payment % Kept], 0);
        if (due == 0) return;
        var accepted = Volatile.Read(ref _acceptedAt[payment % Kept]);
        FromDue.Record(Micros(now - due));
        FromAccepted.Record(accepted == 0 ? 0 : Micros(Math.Max(0, now - accepted)));
        Interlocked.Increment(ref _seen);
    }

    private static long Micros(long ticks) => ticks / (Stopwatch.Frequency / 1_000_000);

    /// <summary>The group goes to the end of the topic.</summary>
    private async Task SkipAsync(CancellationToken cancellationToken)
    {
        await using var consumer = await log.SubscribeAsync(Group, [Topics.PaymentEvents], cancellationToken);
        var owned = new HashSet<TopicPartition>();
        var ends = await log.GetOffsetsAsync(Topics.PaymentEvents, cancellationToken);
        while (owned.Count < ends.Count)
        {
            var poll = await consumer.PollAsync(1, pollAtMost, cancellationToken);
            owned.UnionWith(poll.Assigned);
            consumer.Pause(poll.Assigned);
        }
        await consumer.CommitAsync(ends.ToDictionary(end => end.Key, end => end.Value.Next), cancellationToken);
    }
}
