using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe;

/// <summary>Stripe's part of the shop: payments, stored cards, payouts.</summary>
internal static class StripeLives
{
    public static void Pay(Life life)
    {
        var currency = Denominations.Choose("stripe", life.Random);
        PaymentScript.Play(life, new StripePayment(life, currency, currency.Amount(life.Random)));
    }

    public static void KeepMethod(Life life)
    {
        var customer = Dice.StripeId(life.Random, "cus_");
        var created = life.Now.ToUnixTimeSeconds();
        var method = new MethodTruth
        {
            Gateway = "stripe", Account = life.Account, Token = Dice.StripeId(life.Random, "pm_"), UserId = life.Shopper,
            Brand = Dice.OneOf(life.Random, "visa", "mastercard"),
            Last4 = Dice.Number(life.Random, 4), ExpiryMonth = life.Random.Next(1, 13),
        };
        method.Attach(2027 + life.Random.Next(5));
        Tell(life, "payment_method.attached", StripeBodies.PaymentMethod(method, customer, created), method);
        if (life.Happens(0.4))
        {
            life.WaitDays(20, 40);
            method.Renew(method.ExpiryYear + 3);
            var type = Dice.OneOf(life.Random, "payment_method.updated", "payment_method.automatically_updated");
            Tell(life, type, StripeBodies.PaymentMethod(method, customer, created), method,
                $"{{ \"card\": {{ \"exp_year\": {method.ExpiryYear - 3} }} }}");
        }
        if (life.Happens(0.3))
        {
            life.WaitDays(1, 20);
            method.Detach();
            Tell(life, "payment_method.detached", StripeBodies.PaymentMethod(method, customer: null, created), method,
                $"{{ \"customer\": \"{customer}\" }}");
        }
    }

    public static void PayOut(Life life)
    {
        var payout = new PayoutTruth
        {
            Gateway = "stripe", Account = life.Account, GatewayPayoutId = Dice.StripeId(life.Random, "po_"),
            Currency = new Denomination("EUR", 2, 2, 1), Amount = life.Random.Next(100_000, 5_000_000),
        };
        var created = life.Now.ToUnixTimeSeconds();
        var arrival = life.Now.AddDays(2).ToUnixTimeSeconds();
        Tell(life, "payout.created", StripeBodies.Payout(payout, created, arrival, "pending"), payout);
        life.WaitDays(2, 2.1);
        payout.Pay();
        Tell(life, "payout.paid", StripeBodies.Payout(payout, created, arrival, "paid"), payout, "{ \"status\": \"in_transit\" }");
        if (life.Happens(0.1))
        {
            life.WaitDays(1, 3);
            payout.Fail();
            Tell(life, "payout.failed", StripeBodies.Payout(payout, created, arrival, "failed"), payout, "{ \"status\": \"paid\" }");
        }
        else Tell(life, "payout.reconciliation_completed", StripeBodies.Payout(payout, created, arrival, "paid"), payout);
    }

    private static void Tell(Life life, string type, string dataObject, TruthRecord about, string? previous = null)
    {
        var id = Dice.StripeId(life.Random, "evt_");
        life.Tell(id, type, StripeBodies.Event(life, id, type, dataObject, previous), about);
    }
}
