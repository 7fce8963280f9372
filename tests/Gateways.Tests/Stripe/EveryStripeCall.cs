using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Every request that the client can send, in all its forms.</summary>
internal static class EveryStripeCall
{
    private static readonly PostalAddress Address = new("Ada Ü & Søn", "1 High St", "Flat 2", "Łódź", "CA", "90-001", "PL");
    private static readonly Dictionary<string, string> Metadata = new() { ["näme & co"] = "1=2 ü", ["order_id"] = "x" };
    private static readonly PayerDetails Payer = new("a+b@example.org", "Ada Ü", "+49 30 1", "192.0.2.1", "Agent/1.0");

    /// <summary>Makes all of them and returns what the server was asked.</summary>
    public static async Task<IReadOnlyList<RecordedRequest>> SendAsync(ScriptedServer server)
    {
        var stripe = To(server);
        var none = CancellationToken.None;
        foreach (var call in Creates()) await stripe.CreateAsync(call, none);
        await stripe.ConfirmAsync(Confirm(), none);
        await stripe.ConfirmAsync(Confirm() with { Token = null, ReturnUrl = null }, none);
        await stripe.ConfirmAsync(Confirm() with { Token = null, ActionResult = new Dictionary<string, string> { ["a"] = "b" } }, none);
        await stripe.CaptureAsync(Capture(), none);
        await stripe.CaptureAsync(Capture(300, isFinal: false), none);
        await stripe.CancelAsync(Cancel(), none);
        await stripe.CancelAsync(Cancel() with { Reason = "no word of Stripe's" }, none);
        await stripe.RefundAsync(Refund(), none);
        await stripe.RefundAsync(Refund() with { Reason = null, GatewayPaymentId = "ch_1" }, none);
        await LookUpAllAsync(stripe);
        await stripe.EnsureCustomerAsync(Customer(), none);
        await stripe.SaveMethodAsync(Save(), none);
        await stripe.SaveMethodAsync(Save(token: null, customer: null), none);
        await stripe.DetachMethodAsync(Detach(), none);
        await stripe.ListMethodsAsync(new ListMethodsCall("default", "u1", "cus_1"), none);
        await stripe.ReadDisputeAsync(new ReadDisputeCall("default", "dp_1"), none);
        return server.Requests;
    }

    private static async Task LookUpAllAsync(IPaymentGateway stripe)
    {
        await stripe.LookUpAsync(LookUp(GatewayCallKind.Create, intent: null), CancellationToken.None);
        await stripe.LookUpAsync(LookUp(GatewayCallKind.Create), CancellationToken.None);
        await stripe.LookUpAsync(LookUp(GatewayCallKind.Capture, CaptureId), CancellationToken.None);
        await stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, RefundId, 400), CancellationToken.None);
        await stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, RefundId, 400, "ch_1"), CancellationToken.None);
    }

    private static IEnumerable<CreatePaymentCall> Creates() =>
    [
        Create(),
        Create() with { UserId = null, Token = null, Confirm = false, ReturnUrl = null },
        Create() with { ReturnUrl = null, CaptureMethod = CaptureMethod.Manual },
        Create() with { GatewayCustomerId = "cus_1", Token = "pm_1", TokenIsStored = true, PayerIsPresent = false, ReturnUrl = null },
        Create() with { SaveMethod = true, Payer = Payer },
        Create() with { Payer = Payer, Billing = Address, Shipping = Address, TaxAmount = 10 },
        Create() with { Amount = Amount(5000, "JPY") },
        Create() with { Amount = Amount(12340, "KWD"), Metadata = Metadata },
    ];
}
