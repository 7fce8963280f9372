using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// Sends the webhooks of what came by the APIs, each by itself, so that they may overtake one another: through the shop's courier,
/// which repeats what is not taken.
/// </summary>
internal sealed class ApiWebhooks(ApiFloor floor, Signing signing) : IAsyncDisposable
{
    // As long as a test or a demonstration may keep the ingress down; the gateways themselves go on for days.
    private const double GiveUpSeconds = 3600;
    private const double BeforeReplySeconds = 10;

    private readonly Lock _lock = new();
    private readonly Random _random = new();
    private readonly Dictionary<string, Courier> _couriers = [];
    private readonly RunCounters _counters = new();
    private readonly TaskTracker _underWay = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = floor.Time.GetTimestamp();

    /// <summary>Webhooks that are not settled yet.</summary>
    public int UnderWay => _underWay.Count;

    public RunProgress Progress(bool ended = false) => _counters.Read(
        seed: 0, floor.Truth.Payments.Count, floor.Time.GetElapsedTime(_started), ended ? "stopped" : null, failure: null);

    public void Send(IReadOnlyList<Telling> tellings)
    {
        foreach (var telling in tellings) _underWay.Add(Task.Run(() => DeliverAsync(telling)));
    }

    /// <summary>Comes back when all are taken, or when that lasts too long; they are sent on all the same.</summary>
    public async Task SendFirstAsync(IReadOnlyList<Telling> tellings)
    {
        var deliveries = tellings.Select(telling => Task.Run(() => DeliverAsync(telling))).ToArray();
        foreach (var delivery in deliveries) _underWay.Add(delivery);
        await Task.WhenAny(Task.WhenAll(deliveries), Task.Delay(TimeSpan.FromSeconds(BeforeReplySeconds), floor.Time));
    }

    public async ValueTask DisposeAsync()
    {
        var complete = UnderWay == 0;
        await _stop.CancelAsync();
        await _underWay.WhenAllAsync();
        floor.Truth.Folder.Finish(Progress(ended: true), complete);
        foreach (var courier in _couriers.Values) courier.Dispose();
        signing.Dispose();
        _stop.Dispose();
    }

    private async Task DeliverAsync(Telling telling)
    {
        var faults = floor.Faults[telling.Gateway];
        if (faults.Knobs.Ingress is not { } ingress)
        {
            floor.Truth.Folder.SettleUntold(telling);
            return;
        }

        var webhook = Plan(telling, faults);
        floor.Truth.Folder.Expect(webhook);
        if (webhook.IsDropped)
        {
            _counters.CountDropped();
            floor.Truth.Folder.Settle(webhook);
        }
        else
        {
            await PauseAsync(faults.Knobs.WebhookDelayMs);
            var courier = CourierTo(ingress);
            await Task.WhenAll(Enumerable.Range(0, webhook.Copies).Select(_ => courier.SettleAsync(webhook, _stop.Token)));
        }
        floor.Truth.Folder.Flush();
    }

    private Webhook Plan(Telling telling, Faults faults)
    {
        var webhook = telling.IsItem
            ? AdyenBatch.Wrap([telling])
            : new Webhook { Gateway = telling.Gateway, Account = telling.Account, Tellings = [telling], Body = telling.Body };
        var knobs = faults.Knobs;
        lock (_lock) signing.Prepare(webhook, _random);
        webhook.Plan(faults.Strikes(knobs.DropWebhooks, telling.Key) ? 0 : faults.Strikes(knobs.DuplicateWebhooks, telling.Key) ? 2 : 1);
        return webhook;
    }

    private Courier CourierTo(string ingress)
    {
        lock (_lock)
        {
            if (_couriers.TryGetValue(ingress, out var courier)) return courier;
            var options = new ShopOptions { Ingress = ingress, GiveUpSeconds = GiveUpSeconds };
            return _couriers[ingress] = new Courier(options, signing, floor.Truth.Folder, _counters, floor.Time);
        }
    }

    private async Task PauseAsync(int pauseMs)
    {
        if (pauseMs == 0) return;
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pauseMs), floor.Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The simulator ends: the courier sees the token and gives the webhook up.
        }
    }
}
