using System.Text;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>One thing that a gateway tells: a whole body, or at Adyen one item of a batch.</summary>
/// <param name="Key">The gateway's event id, the dedupe key (Adyen: pspReference|eventCode|success).</param>
/// <param name="IsItem">An Adyen item: signed already, still to be wrapped into a request of one to five.</param>
internal sealed record Telling(
    string Gateway, string Account, string Key, string Type, byte[] Body, TruthRecord? About, bool IsItem = false);

/// <summary>One order from its first click to its last webhook, in the order in which the gateway tells it.</summary>
internal sealed class Life(int seed, int number, string gateway, string account, DateTimeOffset start)
{
    private readonly List<Telling> _tellings = [];

    public Random Random { get; } = Dice.For(seed, number);
    public string Gateway { get; } = gateway;
    public string Account { get; } = account;
    public string OrderId { get; } = $"ord-{seed}-{number}";

    /// <summary>Null for a guest.</summary>
    public string? UserId { get; init; }

    /// <summary>Whose stored method it is: guests have none, so that who keeps one is a user.</summary>
    public string Shopper => UserId ?? $"usr-{OrderId}";

    /// <summary>The shop's virtual clock.</summary>
    public DateTimeOffset Now { get; private set; } = start;

    public IReadOnlyList<Telling> Tellings => _tellings;

    public void Wait(double minSeconds, double maxSeconds) =>
        Now = Now.AddMilliseconds(Math.Floor(1000 * (minSeconds + (maxSeconds - minSeconds) * Random.NextDouble())));

    public void WaitDays(double min, double max) => Wait(min * 86400, max * 86400);

    public bool Happens(double share) => Random.NextDouble() < share;

    public void Tell(string key, string type, string body, TruthRecord? about, bool isItem = false)
    {
        about?.Promise();
        _tellings.Add(new Telling(Gateway, Account, key, type, Encoding.UTF8.GetBytes(body), about, isItem));
    }
}
