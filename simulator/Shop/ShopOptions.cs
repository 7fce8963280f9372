namespace PaymentPipeline.Simulator.Shop;

/// <summary>One run of the shop. All shares are of the genuine webhooks, from 0 to 1.</summary>
/// <remarks>Settable: the generated JSON reader would put nothing in place of the defaults of init-only members.</remarks>
internal sealed record ShopOptions
{
    /// <summary>Where the webhooks go: <c>{ingress}/webhooks/{gateway}</c>.</summary>
    public required string Ingress { get; set; }
    public int Seed { get; set; } = 1;

    /// <summary>How many orders to play; 0: as many as <see cref="Webhooks"/> asks for.</summary>
    public int Orders { get; set; }

    /// <summary>No new order is begun once this many deliveries are planned, so that the run ends a little above it; 0: no limit.</summary>
    public long Webhooks { get; set; }

    /// <summary>Deliveries a second; 0: as fast as they are taken.</summary>
    public double Rate { get; set; }

    /// <summary>Share delivered again: once to five times, at once or thousands of webhooks later.</summary>
    public double Duplicates { get; set; }

    /// <summary>Share overtaken by up to 200 later webhooks.</summary>
    public double Reorder { get; set; }

    /// <summary>Share held back for 1,000 to 20,000 later webhooks, as if the gateway had failed to reach us.</summary>
    public double Delay { get; set; }

    /// <summary>Share never delivered.</summary>
    public double Drop { get; set; }

    /// <summary>Share of forgeries, beside the genuine ones.</summary>
    public double Forge { get; set; }

    /// <summary>Requests in flight at most.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>How long one webhook is tried before it counts as undelivered.</summary>
    public double GiveUpSeconds { get; set; } = 120;

    /// <summary>How long one answer may take.</summary>
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>Plans and signs everything before the first delivery, so that a speed run pays for sending only.</summary>
    public bool Prepare { get; set; }

    /// <summary>How much of the shop goes over each gateway.</summary>
    public Dictionary<string, int> Gateways { get; set; } = new() { ["stripe"] = 55, ["adyen"] = 30, ["paypal"] = 15 };

    /// <summary>The shop's accounts at each gateway, "default" where none is named; all of a gateway sign alike.</summary>
    public Dictionary<string, string[]> Accounts { get; set; } = [];

    /// <summary>The start of the virtual clock: fixed, so that a seed makes the same bodies at any time.</summary>
    public DateTimeOffset Start { get; set; } = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Every problem at once; empty when the run can start.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Ingress, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return $"ingress '{Ingress}' is not an http address.";
        if (Orders <= 0 && Webhooks <= 0) yield return "say how many orders or webhooks to play.";
        (string, double)[] shares = [("duplicates", Duplicates), ("reorder", Reorder), ("delay", Delay), ("drop", Drop), ("forge", Forge)];
        foreach (var (name, share) in shares)
            if (share is not (>= 0 and <= 1)) yield return $"{name} {share} is not a share from 0 to 1.";
        if (Rate is not >= 0) yield return $"rate {Rate} is negative.";
        if (Concurrency is < 1 or > 4096) yield return $"concurrency {Concurrency} is not from 1 to 4096.";
        if (GiveUpSeconds is not > 0 || TimeoutSeconds is not > 0) yield return "giveUpSeconds and timeoutSeconds are more than 0.";
        if (!Gateways.Values.Any(weight => weight > 0)) yield return "gateways gives no gateway any weight.";
        foreach (var name in Gateways.Keys.Concat(Accounts.Keys).Distinct())
            if (name is not ("stripe" or "adyen" or "paypal")) yield return $"gateway '{name}' is unknown: stripe, adyen, paypal.";
    }
}
