using System.Text;
using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>The webhooks of what came by the API: each shows its resource as it is when it is told.</summary>
internal sealed class PayPalTellings(PayPalBooks books, PayPalResources resources)
{
    public Telling OrderApproved(OrderEntry order) =>
        Make(
            "CHECKOUT.ORDER.APPROVED", "checkout-order", "2.0", "An order has been approved by buyer", resources.Order(order),
            order.Truth);

    public Telling AuthorizationCreated(AuthorizationEntry entry) => Make(
        "PAYMENT.AUTHORIZATION.CREATED", "authorization", "2.0", "A payment authorization was created", resources.Authorization(entry),
        entry.Order.Truth);

    public Telling AuthorizationVoided(AuthorizationEntry entry) => Make(
        "PAYMENT.AUTHORIZATION.VOIDED", "authorization", "2.0", "A payment authorization was voided", resources.Authorization(entry),
        entry.Order.Truth);

    /// <summary>PAYMENT.CAPTURE.COMPLETED, PENDING or DECLINED.</summary>
    public Telling Captured(CaptureEntry entry) => Make(
        $"PAYMENT.CAPTURE.{entry.Status}", "capture", "2.0", $"Payment {entry.Status} for {Say(entry.Order, entry.Amount)}",
        resources.Capture(entry), entry.Order.Truth);

    public Telling Refunded(RefundEntry entry) => Make(
        entry.Status == "COMPLETED" ? "PAYMENT.CAPTURE.REFUNDED" : $"PAYMENT.REFUND.{entry.Status}", "refund", "2.0",
        $"A {Say(entry.Capture.Order, entry.Amount)} capture payment was refunded", resources.Refund(entry), entry.Capture.Order.Truth);

    public Telling TokenCreated(VaultedEntry entry) => Make(
        "VAULT.PAYMENT-TOKEN.CREATED", "payment_token", "3.0", "A payment token has been created.", resources.Token(entry), entry.Truth);

    public Telling TokenDeleted(VaultedEntry entry) => Make(
        "VAULT.PAYMENT-TOKEN.DELETED", "payment_token", "3.0", "A payment token has been deleted.", resources.Token(entry), entry.Truth);

    public Telling DisputeCreated(DisputeEntry entry) => Make(
        "CUSTOMER.DISPUTE.CREATED", "dispute", "1.0", $"Dispute {entry.Id}", PayPalReports.Dispute(entry, resources),
        entry.Capture.Order.Truth);

    private Telling Make(string type, string resourceType, string version, string summary, JsonObject resource, TruthRecord about)
    {
        var id = $"WH-{books.NewId()}-{books.NewId()}";
        var body = PayPalBodies.Event(id, type, resourceType, version, books.Now, summary, resource.ToText());
        return new Telling("paypal", PayPalBooks.Account, id, type, Encoding.UTF8.GetBytes(body), about);
    }

    private static string Say(OrderEntry order, long amount) => $"{order.Currency.Text(amount)} {order.Currency.Code}";
}
