namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// The stream of deliveries, a function of the options alone:
/// 1. many orders are under way at once, and each next webhook is one of theirs;
/// 2. Adyen's items are gathered into requests of one to five;
/// 3. the knobs decide for each webhook: dropped, held back, delivered again, and whether a forgery goes beside it;
/// 4. what is held back leaves when its place in the stream has come.
/// </summary>
internal sealed class ShopPlan(ShopOptions options, Signing signing)
{
    private const int OrdersUnderWay = 400;

    private readonly Random _random = Dice.For(options.Seed, int.MinValue);
    private readonly Lives _lives = new(options, signing.Adyen);
    private readonly List<(Life Life, int Next)> _underWay = [];
    private readonly Dictionary<string, AdyenBatch> _batches = [];
    private readonly PriorityQueue<Webhook, (long Place, long Order)> _held = new();
    private long _place, _order, _planned;
    private int _orders, _forgedLives;

    public int Orders => _orders;
    public bool IsPlanned { get; private set; }

    public IEnumerable<Webhook> Deliveries()
    {
        while (NextTelling() is { } telling)
        {
            if (Gather(telling) is not { } webhook) continue;
            foreach (var delivery in Place(webhook)) yield return delivery;
        }
        foreach (var batch in _batches.Values.Where(batch => batch.Items.Count > 0))
            foreach (var delivery in Place(batch.Close())) yield return delivery;
        IsPlanned = true;
        while (_held.TryDequeue(out var late, out _)) yield return late;
    }

    private Telling? NextTelling()
    {
        while (_underWay.Count < OrdersUnderWay && MayBeginOrder())
        {
            var life = _lives.Make(_orders++);
            if (life.Tellings.Count > 0) _underWay.Add((life, 0));
        }
        if (_underWay.Count == 0) return null;

        var index = _random.Next(_underWay.Count);
        var (chosen, next) = _underWay[index];
        if (next + 1 < chosen.Tellings.Count) _underWay[index] = (chosen, next + 1);
        else
        {
            _underWay[index] = _underWay[^1];
            _underWay.RemoveAt(_underWay.Count - 1);
        }
        return chosen.Tellings[next];
    }

    private bool MayBeginOrder() =>
        (options.Orders <= 0 || _orders < options.Orders)
        && (options.Webhooks <= 0 || _planned + _underWay.Sum(life => life.Life.Tellings.Count - life.Next) < options.Webhooks);

    /// <summary>A webhook to send, or null while a batch is still open.</summary>
    private Webhook? Gather(Telling telling)
    {
        if (!telling.IsItem)
            return new Webhook { Gateway = telling.Gateway, Account = telling.Account, Tellings = [telling], Body = telling.Body };

        if (!_batches.TryGetValue(telling.Account, out var batch)) _batches[telling.Account] = batch = new AdyenBatch();
        if (batch.Items.Count == 0) batch.Size = AdyenBatch.ChooseSize(_random);
        batch.Items.Add(telling);
        return batch.Items.Count < batch.Size ? null : batch.Close();
    }

    private IEnumerable<Webhook> Place(Webhook webhook)
    {
        signing.Prepare(webhook, _random);
        if (_random.NextDouble() < options.Drop)
        {
            webhook.Plan(copies: 0);
            yield return webhook;
        }
        else
        {
            var again = _random.NextDouble() < options.Duplicates ? HowOftenAgain() : 0;
            webhook.Plan(1 + again);
            _planned += 1 + again;
            for (var copy = 0; copy < again; copy++) Hold(webhook, _random.Next(10) < 7 ? _random.Next(1, 300) : _random.Next(300, 6000));
            if (_random.NextDouble() < options.Delay) Hold(webhook, _random.Next(1000, 20_000));
            else if (_random.NextDouble() < options.Reorder) Hold(webhook, _random.Next(1, 200));
            else yield return webhook;
        }
        if (_random.NextDouble() < options.Forge) yield return Forge(webhook);

        _place++;
        while (_held.TryPeek(out var late, out var when) && when.Place <= _place)
        {
            _held.Dequeue();
            yield return late;
        }
    }

    private void Hold(Webhook webhook, int places) => _held.Enqueue(webhook, (_place + places, _order++));

    private int HowOftenAgain()
    {
        var times = 1;
        while (times < 5 && _random.NextDouble() < 0.25) times++;
        return times;
    }

    private Webhook Forge(Webhook genuine)
    {
        _planned++;
        var forged = _random.Next(3) == 0 ? Forgeries.Change(genuine, signing) : Forgeries.Invent(_lives, ++_forgedLives, signing, _random);
        forged.Plan(copies: 1);
        return forged;
    }
}
