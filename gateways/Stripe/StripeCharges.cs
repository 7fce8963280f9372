using System.Text.Json;
using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary><c>charge.*</c>, refunds and disputes apart: one attempt to pay, and the money of the one that succeeded.</summary>
internal static class StripeCharges
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("charge");
        return e.Type switch
        {
            "charge.succeeded" or "charge.captured" => [Held(e)],
            "charge.failed" => [Failed(e)],
            "charge.pending" => [Step(e, FactKind.Processing) with { Amount = MoneyOf(e.Object, "amount") }],
            // It says refunded: true, though no money moved.
            "charge.expired" => [Released(e, "expired")],
            "charge.refunded" => [Refunded(e)],
            _ => [Step(e, FactKind.Noted)],
        };
    }

    /// <summary>The same key as the payment intent's own events: one capture, or one authorisation, told twice.</summary>
    private static Fact Held(StripeEvent e)
    {
        var amount = MoneyOf(e.Object, "amount");
        if (e.Object.Flag("captured") is not true)
            return About(e, FactKind.Authorized, FactKey.Total(FactKind.Authorized, amount.AmountMinor)) with { Amount = amount };
        // API versions before amount_captured existed captured all.
        var captured = MoneyOrNull(e.Object, "amount_captured") ?? amount;
        return About(e, FactKind.Captured, FactKey.Total(FactKind.Captured, captured.AmountMinor)) with
        {
            Amount = captured,
            IsCumulative = true,
        };
    }

    /// <summary>
    /// Of an intent it is one attempt, whose end payment_intent.payment_failed tells: only that knows that the payer may try again.
    /// Told as a part of its own, it would send out an event that says FAILED, and nothing after it would say otherwise.
    /// </summary>
    private static Fact Failed(StripeEvent e) => About(e, FactKind.Failed, FactKey.Of(FactKind.Failed, Id(e))) with
    {
        PartId = Reference(e) == Id(e) ? Id(e) : null,
        Amount = MoneyOf(e.Object, "amount"),
        Details = StripeErrors.FailureOf(e.Object).In(Details(e)),
    };

    /// <summary>
    /// <c>amount_refunded</c> is the total so far. Where the capture was partial it also holds what was released and never
    /// taken, so that it says something only when all is refunded: then what was captured is back.
    /// </summary>
    private static Fact Refunded(StripeEvent e)
    {
        var all = e.Object.Flag("refunded") is true;
        if (e.Object.Flag("captured") is not true) return all ? Released(e, "released") : Step(e, FactKind.Noted);

        var amount = MoneyOf(e.Object, "amount");
        var captured = MoneyOrNull(e.Object, "amount_captured") ?? amount;
        if (captured.AmountMinor < amount.AmountMinor && !all) return Step(e, FactKind.Noted);
        var refunded = captured.AmountMinor < amount.AmountMinor ? captured : MoneyOf(e.Object, "amount_refunded");
        return About(e, FactKind.RefundSucceeded, FactKey.Total(FactKind.RefundSucceeded, refunded.AmountMinor)) with
        {
            Amount = refunded,
            IsCumulative = true,
        };
    }

    /// <summary>The same key as payment_intent.canceled: one release.</summary>
    private static Fact Released(StripeEvent e, string reason) =>
        About(e, FactKind.Voided, FactKey.Of(FactKind.Voided, Reference(e))) with { Details = Details(e) with { Reason = reason } };

    private static Fact Step(StripeEvent e, FactKind kind) => About(e, kind, FactKey.Of(kind, e.Occurrence(Id(e))));

    private static Fact About(StripeEvent e, FactKind kind, FactKey key) =>
        e.Fact(kind, key, Reference(e), e.PaymentAliases(Reference(e), Id(e)), founds: true) with
        {
            PaymentAmount = MoneyOf(e.Object, "amount"),
            Details = Details(e),
        };

    private static FactDetails Details(StripeEvent e) => ChecksOf(e.Object, FactDetails.None);

    /// <summary>What the issuer and Stripe's own risk engine checked, beside what is known already.</summary>
    public static FactDetails ChecksOf(JsonElement charge, FactDetails known)
    {
        var outcome = charge.At("outcome");
        return CardChecksOf(charge.At("payment_method_details"), known) with
        {
            RiskLevel = outcome.Text("risk_level"),
            RiskScore = outcome.Integer("risk_score") is { } score and >= 0 and <= 100 ? (int)score : null,
        };
    }

    /// <param name="method">Anything with a card in it: a payment method, or what a charge says of its own.</param>
    public static FactDetails CardChecksOf(JsonElement method, FactDetails known)
    {
        var checks = method.At("card").At("checks");
        return !checks.Exists() ? known : known with
        {
            AvsResult = Avs(checks.Text("address_line1_check"), checks.Text("address_postal_code_check")),
            CvvResult = checks.Text("cvc_check"),
        };
    }

    private static string? Avs(string? line1, string? postalCode) =>
        line1 is null && postalCode is null ? null : $"line1={line1 ?? "none"} postal_code={postalCode ?? "none"}";

    private static string Id(StripeEvent e) => e.Object.RequiredText("id");

    /// <summary>A charge made without a payment intent is a payment of its own.</summary>
    private static string Reference(StripeEvent e) => IdOf(e.Object, "payment_intent") ?? Id(e);
}
