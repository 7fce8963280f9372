namespace PaymentPipeline.Simulator.Shop;

/// <summary>The counts of a run while it goes, from many senders at once.</summary>
internal sealed class RunCounters
{
    private long _sent, _answered, _accepted, _acceptedWebhooks, _refused, _undelivered, _retried, _dropped;
    private long _forgedRefused, _forgedAccepted;

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountRetry() => Interlocked.Increment(ref _retried);

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    public void Count(Webhook webhook, WebhookAnswer answer)
    {
        var genuine = webhook.Forgery == Forgery.None;
        if (answer != WebhookAnswer.Undelivered) Interlocked.Increment(ref _answered);
        switch (answer)
        {
            case WebhookAnswer.Accepted when genuine: Interlocked.Increment(ref _accepted); break;
            case WebhookAnswer.Accepted: Interlocked.Increment(ref _forgedAccepted); break;
            case WebhookAnswer.Refused when genuine: Interlocked.Increment(ref _refused); break;
            case WebhookAnswer.Refused: Interlocked.Increment(ref _forgedRefused); break;
            default: Interlocked.Increment(ref _undelivered); break;
        }
    }

    public void CountSettled(Webhook webhook)
    {
        if (webhook is { Forgery: Forgery.None, Answer: WebhookAnswer.Accepted }) Interlocked.Increment(ref _acceptedWebhooks);
    }

    public RunProgress Read(int seed, int orders, TimeSpan elapsed, string? ended, string? failure) => new()
    {
        Running = ended is null, Ended = ended, Failure = failure, Seed = seed, Orders = orders, Payments = orders,
        Sent = Interlocked.Read(ref _sent), Accepted = Interlocked.Read(ref _accepted),
        AcceptedWebhooks = Interlocked.Read(ref _acceptedWebhooks),
        Refused = Interlocked.Read(ref _refused), Undelivered = Interlocked.Read(ref _undelivered),
        Retried = Interlocked.Read(ref _retried),
        Dropped = Interlocked.Read(ref _dropped), ForgedRefused = Interlocked.Read(ref _forgedRefused),
        ForgedAccepted = Interlocked.Read(ref _forgedAccepted), Seconds = Math.Round(elapsed.TotalSeconds, 3),
        RatePerSecond = elapsed > TimeSpan.Zero ? Math.Round(Interlocked.Read(ref _answered) / elapsed.TotalSeconds, 1) : 0,
    };
}
