using System.Text.Json;
using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary><c>payment_intent.*</c>: the payment itself.</summary>
internal static class StripePaymentIntents
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("payment_intent");
        return e.Type switch
        {
            "payment_intent.payment_failed" => [AttemptFailed(e)],
            // A bank transfer that came short of the amount: the status says that the payer must act, the money is under way.
            "payment_intent.partially_funded" => [Step(e, FactKind.Processing)],
            _ => ReadStatus(e),
        };
    }

    /// <summary>
    /// In a reply of the API, where no event's name says that the attempt failed: the error that stands in it does. Where the charge came
    /// along, what the issuer and the risk engine checked is told too.
    /// </summary>
    public static IReadOnlyList<Fact> ReadReply(StripeEvent e)
    {
        e.RequireObject("payment_intent");
        var facts = IsDeclined(e.Object) ? [AttemptFailed(e)] : ReadStatus(e);
        var charge = e.Object.At("latest_charge");
        return charge.ValueKind != JsonValueKind.Object ? facts : [.. facts.Select(fact => fact with
        {
            Details = StripeCharges.ChecksOf(charge, fact.Details),
        })];
    }

    public static bool IsDeclined(JsonElement intent) =>
        intent.Text("status") == "requires_payment_method" && intent.At("last_payment_error").Exists();

    private static IReadOnlyList<Fact> ReadStatus(StripeEvent e) => e.Object.RequiredText("status") switch
    {
        "requires_payment_method" => [Step(e, FactKind.RequiresPaymentMethod)],
        "requires_confirmation" => [Step(e, FactKind.RequiresConfirmation)],
        "requires_action" => [Step(e, FactKind.RequiresAction)],
        "processing" => [Step(e, FactKind.Processing)],
        "requires_capture" => Authorized(e),
        "succeeded" => [Captured(e)],
        "canceled" => [Canceled(e)],
        _ => [Step(e, FactKind.Noted)],
    };

    /// <summary>
    /// That the payer must act is an event of ours, so the reply and the webhook must tell it as one: it is named by what is paid with,
    /// not by the second in which each was written.
    /// </summary>
    private static Fact Step(StripeEvent e, FactKind kind) => About(e, kind, StepKey(e, kind)) with
    {
        Amount = MoneyOf(e.Object, "amount"),
        Details = new FactDetails { NextActionType = e.Object.At("next_action").Text("type") },
    };

    private static FactKey StepKey(StripeEvent e, FactKind kind) =>
        kind == FactKind.RequiresAction && IdOf(e.Object, "payment_method") is { } method
            ? FactKey.Of(kind, $"{Id(e)}/{method}")
            : FactKey.Of(kind, e.Occurrence(Id(e)));

    /// <summary>With multicapture, a part is captured already while the rest is still held.</summary>
    private static IReadOnlyList<Fact> Authorized(StripeEvent e)
    {
        var amount = MoneyOf(e.Object, "amount");
        var authorized = About(e, FactKind.Authorized, FactKey.Total(FactKind.Authorized, amount.AmountMinor)) with { Amount = amount };
        return e.Object.Integer("amount_received") is > 0 ? [authorized, Captured(e)] : [authorized];
    }

    private static Fact Captured(StripeEvent e)
    {
        var received = MoneyOf(e.Object, "amount_received");
        return About(e, FactKind.Captured, FactKey.Total(FactKind.Captured, received.AmountMinor)) with
        {
            Amount = received,
            IsCumulative = true,
        };
    }

    private static Fact Canceled(StripeEvent e) => About(e, FactKind.Voided, FactKey.Of(FactKind.Voided, Id(e))) with
    {
        Details = new FactDetails { Reason = e.Object.Text("cancellation_reason") },
    };

    private static Fact AttemptFailed(StripeEvent e)
    {
        var error = e.Object.At("last_payment_error");
        var attempt = IdOf(error, "charge") ?? IdOf(e.Object, "latest_charge");
        return About(e, FactKind.AttemptFailed, FactKey.Of(FactKind.AttemptFailed, attempt ?? e.Occurrence(Id(e)))) with
        {
            Aliases = e.PaymentAliases(Id(e), attempt),
            PartId = attempt,
            Amount = MoneyOf(e.Object, "amount"),
            Details = !error.Exists() ? FactDetails.None : StripeErrors.FailureOf(error, 402)
                .In(StripeCharges.CardChecksOf(error.At("payment_method"), FactDetails.None)),
        };
    }

    private static Fact About(StripeEvent e, FactKind kind, FactKey key) =>
        e.Fact(kind, key, Id(e), e.PaymentAliases(Id(e), IdOf(e.Object, "latest_charge")), founds: true) with
        {
            PaymentAmount = MoneyOf(e.Object, "amount"),
        };

    private static string Id(StripeEvent e) => e.Object.RequiredText("id");
}
