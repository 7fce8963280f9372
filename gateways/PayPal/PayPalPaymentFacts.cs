using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What authorisations, captures and refunds say; v1 sales are captures under another name.</summary>
internal static class PayPalPaymentFacts
{
    public static IReadOnlyList<Fact> OfAuthorization(PayPalNotice notice, JsonElement resource, string? order = null)
    {
        var id = resource.RequiredText("id");
        Fact New(FactKind kind) => notice.NewFact(kind, id, PayPalReferences.OfPayment(resource, order), resource) with
        {
            Amount = resource.RequiredMoney("amount"),
            Details = Details(resource),
        };
        return notice.StatusOf(resource) switch
        {
            "CREATED" or "CAPTURED" or "PARTIALLY_CAPTURED" => [New(FactKind.Authorized)],
            "PENDING" => [New(FactKind.Processing)],
            "DENIED" => [Failed(New(FactKind.Failed), resource)],
            "VOIDED" => [New(FactKind.Voided) with { PartId = id, Amount = null, PaymentAmount = resource.RequiredMoney("amount") }],
            _ => [],
        };
    }

    /// <param name="order">The order that the capture was found in.</param>
    /// <param name="whole">The amount of that order.</param>
    /// <param name="authorization">The authorisation that it is known to have taken from.</param>
    public static IReadOnlyList<Fact> OfCapture(
        PayPalNotice notice, JsonElement resource, string? order = null, Money? whole = null, string? authorization = null)
    {
        var id = resource.RequiredText("id");
        authorization ??= PayPalReferences.AuthorizationOf(resource);
        var references = PayPalReferences.OfPayment(resource, order, authorization);
        var amount = resource.RequiredMoney("amount");
        Fact New(FactKind kind) => notice.NewFact(kind, id, references, resource) with { Amount = amount, Details = Details(resource) };
        switch (notice.StatusOf(resource))
        {
            case "COMPLETED" or "PARTIALLY_REFUNDED" or "REFUNDED" or "PARTIALLY_COMPLETED":
                var captured = New(FactKind.Captured) with { PartId = id, PaymentAmount = whole ?? Whole(resource, amount, authorization) };
                if (Fee(resource) is not { AmountMinor: > 0 } fee)
                    return [captured];
                var kept = notice.NewFact(FactKind.Fee, id, references, resource);
                return [captured, kept with { PartId = id, Amount = fee, FoundsPayment = false }];
            case "PENDING":
                return [New(FactKind.Processing)];
            case "DECLINED" or "DENIED" or "FAILED":
                return [Failed(New(FactKind.Failed), resource)];
            default:
                return [];
        }
    }

    /// <param name="order">The order and the capture that it is known to belong to.</param>
    public static IReadOnlyList<Fact> OfRefund(
        PayPalNotice notice, JsonElement resource, string? order = null, string? capture = null)
    {
        // PayPal's total of a refund is per capture, ours is per payment: parts only, never the total.
        var kind = notice.StatusOf(resource) switch
        {
            "COMPLETED" or "REFUNDED" => FactKind.RefundSucceeded,
            "PENDING" => FactKind.RefundPending,
            "FAILED" or "CANCELLED" => FactKind.RefundFailed,
            _ => (FactKind?)null,
        };
        return kind is null ? [] : [RefundLike(notice, resource, kind.Value, order, capture)];
    }

    /// <summary>PayPal pulled the money back by itself: a loss as by a dispute, with an id of its own.</summary>
    public static Fact Reversed(PayPalNotice notice) => RefundLike(notice, notice.Resource, FactKind.DisputeFundsWithdrawn);

    private static Fact RefundLike(
        PayPalNotice notice, JsonElement resource, FactKind kind, string? order = null, string? capture = null)
    {
        var id = resource.RequiredText("id");
        return notice.NewFact(kind, id, PayPalReferences.OfRefund(resource, order, capture), resource) with
        {
            PartId = id,
            FoundsPayment = false,
            Amount = RefundAmount(resource),
            Details = new FactDetails { Reason = ReasonOf(resource) },
        };
    }

    // v1 writes what goes out with a minus.
    private static Money RefundAmount(JsonElement resource)
    {
        var total = resource.At("amount").Text("total");
        if (total is null || !total.StartsWith('-'))
            return resource.RequiredMoney("amount");
        try
        {
            return Currencies.FromGatewayDecimal("paypal", total[1..], resource.At("amount").RequiredText("currency"));
        }
        catch (FormatException problem)
        {
            throw new UnreadableWebhookException("\"amount\": " + problem.Message, problem);
        }
    }

    // A capture without an authorisation before it, and with none to follow, is the whole payment.
    private static Money? Whole(JsonElement resource, Money amount, string? authorization) =>
        authorization is null && (resource.Flag("final_capture") ?? true) ? amount : null;

    private static Money? Fee(JsonElement resource) =>
        resource.At("seller_receivable_breakdown").Money("paypal_fee") ?? resource.Money("transaction_fee");

    private static Fact Failed(Fact fact, JsonElement resource) => fact with
    {
        PartId = resource.RequiredText("id"),
        Details = FailureOf(resource).In(fact.Details),
    };

    private static GatewayFailure FailureOf(JsonElement resource)
    {
        var processor = resource.At("processor_response");
        var response = processor.Text("response_code") is { } code and not "0000" ? code : null;
        return new GatewayFailure(
            response switch
            {
                "5120" => "insufficient_funds",
                "5400" => "expired_card",
                "5650" => "authentication_required",
                "9500" or "9510" or "9520" or "9530" or "9540" => "fraud_suspected",
                "0R00" or "0800" or "0880" or "0890" or "0960" => "processing_error",
                _ => "card_declined",
            },
            ReasonOf(resource) ?? "DECLINED", response, NetworkCode: response, AdviceCode: processor.Text("payment_advice_code"));
    }

    private static string? ReasonOf(JsonElement resource) =>
        resource.At("status_details").Text("reason") ?? resource.Text("reason_code");

    private static FactDetails Details(JsonElement resource)
    {
        var processor = resource.At("processor_response");
        return new FactDetails
        {
            Reason = ReasonOf(resource),
            AvsResult = processor.Text("avs_code"),
            CvvResult = processor.Text("cvv_code"),
        };
    }
}
