using PaymentPipeline.Simulator.Adyen;
using PaymentPipeline.Simulator.PayPal;
using PaymentPipeline.Simulator.Stripe;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>Makes the order with a number: the same for the same seed, number, gateways and accounts.</summary>
internal sealed class Lives(ShopOptions options, AdyenSecrets adyen)
{
    private const double SecondsBetweenOrders = 2;

    private readonly (int, string)[] _gateways =
    [
        .. options.Gateways.Where(gateway => gateway.Value > 0)
            .OrderBy(gateway => gateway.Key, StringComparer.Ordinal)
            .Select(gateway => (gateway.Value, gateway.Key)),
    ];

    public Life Make(int number) => Play(Begin(options.Seed, number), adyen);

    /// <summary>A life that never was, for a forger to tell: no truth of it is kept.</summary>
    public Life MakeForged(int number, AdyenSecrets forgedAdyen) => Play(Begin(~options.Seed, number), forgedAdyen);

    private Life Begin(int seed, int number)
    {
        // What is chosen for the order as a whole comes from a source of its own, beside the life's.
        var random = Dice.For(seed, ~number);
        var gateway = Dice.Choose(random, _gateways);
        var accounts = options.Accounts.GetValueOrDefault(gateway) is { Length: > 0 } named ? named : ["default"];
        var account = accounts[random.Next(accounts.Length)];
        var userId = random.NextDouble() < 0.6 ? $"usr-{seed}-{random.Next(1 + number)}" : null;
        return new Life(seed, number, gateway, account, options.Start.AddSeconds(number * SecondsBetweenOrders)) { UserId = userId };
    }

    private static Life Play(Life life, AdyenSecrets adyen)
    {
        var what = life.Random.Next(100);
        switch (life.Gateway)
        {
            case "stripe" when what < 94: StripeLives.Pay(life); break;
            case "stripe" when what < 99: StripeLives.KeepMethod(life); break;
            case "stripe": StripeLives.PayOut(life); break;
            case "adyen" when what < 94: AdyenLives.Pay(life, adyen); break;
            case "adyen" when what < 99: AdyenLives.KeepMethod(life, adyen); break;
            case "adyen": AdyenLives.AnnounceReport(life, adyen); break;
            case "paypal" when what < 94: PayPalLives.Pay(life); break;
            case "paypal" when what < 99: PayPalLives.KeepMethod(life); break;
            default: PayPalLives.PayOut(life); break;
        }
        return life;
    }
}
