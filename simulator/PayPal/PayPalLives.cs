using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal;

/// <summary>PayPal's part of the shop: orders, vaulted cards, payout batches.</summary>
internal static class PayPalLives
{
    public static void Pay(Life life)
    {
        var currency = Denominations.Choose("paypal", life.Random);
        PaymentScript.Play(life, new PayPalPayment(life, currency, currency.Amount(life.Random)));
    }

    public static void KeepMethod(Life life)
    {
        var customer = $"customer_{Dice.Number(life.Random, 10)}";
        var method = new MethodTruth
        {
            Gateway = "paypal", Account = life.Account, Token = Dice.PayPalId(life.Random).ToLowerInvariant()[..10], UserId = life.Shopper,
            Brand = Dice.OneOf(life.Random, "VISA", "MASTERCARD"),
            Last4 = Dice.Number(life.Random, 4), ExpiryMonth = life.Random.Next(1, 13),
        };
        method.Attach(2027 + life.Random.Next(5));
        Tell(life, "VAULT.PAYMENT-TOKEN.CREATED", "payment_token", "3.0",
            "A payment token has been created.", PayPalBodies.Token(method, customer), method);
        if (!life.Happens(0.3)) return;

        life.WaitDays(1, 30);
        method.Detach();
        Tell(life, "VAULT.PAYMENT-TOKEN.DELETED", "payment_token", "3.0",
            "A payment token has been deleted.", PayPalBodies.Token(method, customer), method);
    }

    public static void PayOut(Life life)
    {
        var payout = new PayoutTruth
        {
            Gateway = "paypal", Account = life.Account, GatewayPayoutId = Dice.PayPalId(life.Random)[..13],
            Currency = new Denomination("USD", 2, 2, 1), Amount = life.Random.Next(50_000, 900_000),
        };
        Tell(life, "PAYMENT.PAYOUTSBATCH.PROCESSING", "payouts", "1.0",
            "Payouts batch is getting processed.", PayPalBodies.PayoutBatch(payout, "PROCESSING", life.Now), payout);
        life.Wait(60, 3600);
        payout.Pay();
        Tell(life, "PAYMENT.PAYOUTSBATCH.SUCCESS", "payouts", "1.0",
            "Payouts batch completed successfully.", PayPalBodies.PayoutBatch(payout, "SUCCESS", life.Now), payout);
    }

    public static string EventId(Life life) => $"WH-{Dice.PayPalId(life.Random)}-{Dice.PayPalId(life.Random)}";

    private static void Tell(Life life, string type, string resourceType, string version, string summary, string resource,
        TruthRecord about)
    {
        var id = EventId(life);
        life.Tell(id, type, PayPalBodies.Event(id, type, resourceType, version, life.Now, summary, resource), about);
    }
}
