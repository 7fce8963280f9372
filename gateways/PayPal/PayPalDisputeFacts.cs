using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// What disputes say, for each disputed transaction, which is a capture of ours. While a dispute is open no money is told
/// to have moved; its outcome decides, whatever the event is called.
/// </summary>
internal static class PayPalDisputeFacts
{
    public static IReadOnlyList<Fact> Of(PayPalNotice notice)
    {
        var dispute = notice.Resource;
        var transactions = dispute.At("disputed_transactions");
        if (transactions.ValueKind != JsonValueKind.Array || transactions.GetArrayLength() == 0)
            throw new UnreadableWebhookException("\"disputed_transactions\" is missing.");
        var isAlone = transactions.GetArrayLength() == 1;
        return [.. transactions.EnumerateArray().Select(transaction => Of(notice, dispute, transaction, isAlone))];
    }

    private static Fact Of(PayPalNotice notice, JsonElement dispute, JsonElement transaction, bool isAlone)
    {
        var capture = transaction.RequiredText("seller_transaction_id");
        var id = dispute.RequiredText("dispute_id");

        // Two transactions of one dispute may belong to one payment: each is a part of its own.
        var part = isAlone ? id : $"{id}/{capture}";
        return notice.NewFact(KindOf(dispute), part, PayPalReferences.Of(capture), dispute, transaction) with
        {
            PartId = part,
            FoundsPayment = false,
            Amount = AmountOf(dispute, transaction, isAlone),
            Details = new FactDetails { Reason = dispute.Text("reason") },
        };
    }

    private static FactKind KindOf(JsonElement dispute) => dispute.At("dispute_outcome").Text("outcome_code") switch
    {
        "RESOLVED_BUYER_FAVOUR" or "ACCEPTED" => FactKind.DisputeLost,

        // Denied is the payer's claim, not ours.
        "RESOLVED_SELLER_FAVOUR" or "RESOLVED_WITH_PAYOUT" or "CANCELED_BY_BUYER" or "DENIED" => FactKind.DisputeWon,
        _ => FactKind.DisputeOpened,
    };

    private static Money? AmountOf(JsonElement dispute, JsonElement transaction, bool isAlone) =>
        isAlone ? dispute.Money("dispute_amount") : transaction.Money("gross_amount");
}
