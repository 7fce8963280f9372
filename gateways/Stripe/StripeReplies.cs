using System.Text.Json;
using PaymentPipeline.Core;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>Whose payment a reply must be about, or it is believed nothing.</summary>
/// <param name="Currency">Where the call knows it; so too <paramref name="Whole"/>, the payment's amount.</param>
/// <param name="IsOurs">We made it, so that it must name our id; one that was made at Stripe names none.</param>
internal sealed record StripeExpectation(string PaymentId, string? GatewayPaymentId, Currency? Currency, Money? Whole, bool IsOurs)
{
    /// <summary>What is not as it must be; null when all is.</summary>
    public string? Mismatch(JsonElement intent)
    {
        if (intent.Text("object") != "payment_intent") return "Stripe's answer is not a payment intent.";
        var named = OurPaymentIdOf(intent);
        if (named is null ? IsOurs : named != PaymentId) return "Stripe's answer is about another payment of ours.";
        if (GatewayPaymentId is { } known && intent.RequiredText("id") != known) return "Stripe's answer is about another intent.";
        var amount = MoneyOf(intent, "amount");
        if (Currency is { } currency && amount.Currency != currency) return "Stripe's answer is in another currency.";
        return Whole is { } whole && amount != whole ? "Stripe's answer is about another amount." : null;
    }
}

/// <summary>From Stripe's answers to replies: checked against what was asked, with the facts that a webhook would tell.</summary>
internal static class StripeReplies
{
    /// <summary>An answer that is a payment intent, or an error with one in it.</summary>
    public static GatewayReply Intent(StripeAnswer answer, StripeExpectation expected)
    {
        if (answer.IsSuccess) return OfIntent(answer, answer.Body, expected);
        var refused = StripeErrors.Read(answer);
        if (answer.Ended is not null || answer.Body.At("error").At("payment_intent") is not { ValueKind: JsonValueKind.Object } intent)
            return refused;
        var told = OfIntent(answer, intent, expected);
        return told.Outcome == GatewayOutcome.Unknown
            ? told
            : told with { Outcome = refused.Outcome, Failure = refused.Failure, RetryAfter = refused.RetryAfter, NextAction = null };
    }

    public static GatewayReply OfIntent(StripeAnswer answer, JsonElement intent, StripeExpectation expected)
    {
        if (expected.Mismatch(intent) is { } mismatch) return StripeErrors.Unknown("mismatched_reply", mismatch);
        var isDeclined = StripePaymentIntents.IsDeclined(intent);
        return new GatewayReply
        {
            Outcome = isDeclined ? GatewayOutcome.Declined : GatewayOutcome.Accepted,
            Facts = StripePaymentIntents.ReadReply(OfReply(answer.Account, "payment_intent", intent, answer.AnsweredAt)),
            GatewayPaymentId = intent.RequiredText("id"),
            GatewayReference = IdOf(intent, "latest_charge"),
            GatewayCustomerId = IdOf(intent, "customer"),
            ClientSecret = intent.Text("client_secret"),
            NextAction = NextActionOf(intent.At("next_action")),
            Failure = isDeclined ? StripeErrors.FailureOf(intent.At("last_payment_error"), 402) : null,
        };
    }

    /// <summary>An answer that is a refund.</summary>
    /// <param name="operationId">Of the refund that was asked for.</param>
    public static GatewayReply Refund(StripeAnswer answer, JsonElement refund, PaymentCall call, string operationId, Money amount)
    {
        if (refund.Text("object") != "refund" || refund.At("metadata").Text(StripeRequests.OperationIdName) != operationId)
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is not the refund that was asked for.");
        if (IdOf(refund, "payment_intent") != call.GatewayPaymentId && IdOf(refund, "charge") != call.GatewayPaymentId)
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is a refund of another payment.");
        if (MoneyOf(refund, "amount") != amount)
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is a refund of another amount.");

        var hasFailed = refund.Text("status") is "failed" or "canceled";
        return new GatewayReply
        {
            Outcome = hasFailed ? GatewayOutcome.Declined : GatewayOutcome.Accepted,
            Facts = StripeRefunds.Read(OfReply(answer.Account, "refund", refund, answer.AnsweredAt)),
            GatewayPaymentId = IdOf(refund, "payment_intent") ?? IdOf(refund, "charge"),
            GatewayReference = refund.RequiredText("id"),
            Failure = hasFailed ? new GatewayFailure("processing_error", refund.Text("failure_reason") ?? refund.Text("status")) : null,
        };
    }

    private static NextAction? NextActionOf(JsonElement action)
    {
        if (!action.Exists()) return null;
        var type = action.RequiredText("type");
        return type switch
        {
            "redirect_to_url" => new NextAction("redirect", action.At(type).RequiredText("url")),
            // Stripe's library finds out by itself what is to be done, by the client secret.
            "use_stripe_sdk" => new NextAction("use_client_library", null),
            _ => new NextAction(type, null, action.GetRawText()),
        };
    }
}
