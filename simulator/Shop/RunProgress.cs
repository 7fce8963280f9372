namespace PaymentPipeline.Simulator.Shop;

/// <summary>The counts of a run, as <c>GET /shop/runs/current</c> and the summary show them.</summary>
internal sealed record RunProgress
{
    public bool Running { get; init; }

    /// <summary>Set when the run ended: "finished", "stopped" or "failed".</summary>
    public string? Ended { get; init; }
    public int Seed { get; init; }

    /// <summary>Orders begun; most are payments, some are stored methods and payouts.</summary>
    public int Orders { get; init; }

    /// <summary>The same as <see cref="Orders"/>, for whoever watches payments.</summary>
    public int Payments { get; init; }

    /// <summary>Requests made, retries included.</summary>
    public long Sent { get; init; }

    /// <summary>Genuine deliveries answered 2xx, each copy counted.</summary>
    public long Accepted { get; init; }

    /// <summary>Different genuine webhooks accepted at least once.</summary>
    public long AcceptedWebhooks { get; init; }

    /// <summary>Genuine deliveries refused for good: a defect.</summary>
    public long Refused { get; init; }
    public long Undelivered { get; init; }
    public long Retried { get; init; }
    public long Dropped { get; init; }
    public long ForgedRefused { get; init; }

    /// <summary>Forgeries answered 2xx: a violation.</summary>
    public long ForgedAccepted { get; init; }
    public double Seconds { get; init; }

    /// <summary>Answered deliveries a second, over the whole run.</summary>
    public double RatePerSecond { get; init; }
    public string? Failure { get; init; }

    /// <summary>Nothing genuine was refused or left behind, nothing forged accepted.</summary>
    public bool Clean => Ended == "finished" && Refused == 0 && Undelivered == 0 && ForgedAccepted == 0;
}
