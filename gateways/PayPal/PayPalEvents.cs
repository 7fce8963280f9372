using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Reads PayPal's webhooks: one event with one resource each.</summary>
internal static class PayPalEvents
{
    public static WebhookReading Read(StoredWebhook webhook)
    {
        using var document = WebhookJson.Parse(webhook.Body);
        var root = document.RootElement;
        var notice = PayPalNotice.OfEvent(webhook.Account, root);
        if (!notice.Resource.Exists())
            throw new UnreadableWebhookException("\"resource\" is missing.");
        return new WebhookReading([new GatewayEvent
        {
            Key = root.RequiredText("id"),
            Type = notice.EventType,
            ContentHash = ContentHash.Of(Encoding.UTF8.GetBytes(notice.EventType), JsonMarshal.GetRawUtf8Value(notice.Resource)),
            Facts = Facts(notice),
        }]);
    }

    /// <summary>What ingress needs of an authentic body; nothing when it cannot be read, which is for the processors to say.</summary>
    public static (string? EventId, string? Payment) Peek(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WebhookJson.Parse(body);
            var root = document.RootElement;
            return (NullIfEmpty(root.Text("id")), PayPalReferences.PartitionOf(root.At("resource")));
        }
        catch (UnreadableWebhookException)
        {
            return default;
        }
    }

    private static IReadOnlyList<Fact> Facts(PayPalNotice notice) => notice.EventType switch
    {
        "CHECKOUT.ORDER.APPROVED" or "CHECKOUT.ORDER.COMPLETED" => PayPalOrderFacts.Of(notice),
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED" => [PayPalOrderFacts.ApprovalReversed(notice)],

        "PAYMENT.AUTHORIZATION.CREATED" or "PAYMENT.AUTHORIZATION.VOIDED" =>
            PayPalPaymentFacts.OfAuthorization(notice, notice.Resource),
        "PAYMENT.CAPTURE.COMPLETED" or "PAYMENT.CAPTURE.PENDING" or "PAYMENT.CAPTURE.DENIED" or "PAYMENT.CAPTURE.DECLINED" =>
            PayPalPaymentFacts.OfCapture(notice, notice.Resource),
        "PAYMENT.CAPTURE.REFUNDED" or "PAYMENT.REFUND.PENDING" or "PAYMENT.REFUND.FAILED" =>
            PayPalPaymentFacts.OfRefund(notice, notice.Resource),
        "PAYMENT.CAPTURE.REVERSED" or "PAYMENT.SALE.REVERSED" => [PayPalPaymentFacts.Reversed(notice)],

        "PAYMENT.SALE.COMPLETED" or "PAYMENT.SALE.PENDING" or "PAYMENT.SALE.DENIED" =>
            PayPalPaymentFacts.OfCapture(notice, notice.Resource),
        "PAYMENT.SALE.REFUNDED" => PayPalPaymentFacts.OfRefund(notice, notice.Resource),

        "CUSTOMER.DISPUTE.CREATED" or "CUSTOMER.DISPUTE.UPDATED" or "CUSTOMER.DISPUTE.RESOLVED" => PayPalDisputeFacts.Of(notice),

        "VAULT.PAYMENT-TOKEN.CREATED" => [PayPalOtherFacts.Token(notice, FactKind.PaymentMethodAttached)],
        "VAULT.PAYMENT-TOKEN.DELETED" or "VAULT.PAYMENT-TOKEN.DELETION-INITIATED" =>
            [PayPalOtherFacts.Token(notice, FactKind.PaymentMethodDetached)],
        "PAYMENT.PAYOUTSBATCH.SUCCESS" or "PAYMENT.PAYOUTSBATCH.PROCESSING" or "PAYMENT.PAYOUTSBATCH.DENIED" =>
            PayPalOtherFacts.Payout(notice),
        _ => [],
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
