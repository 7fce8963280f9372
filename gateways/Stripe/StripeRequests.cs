using System.Globalization;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>Our calls in Stripe's words. One call makes the same form every time, because its key stands for these parameters.</summary>
internal static class StripeRequests
{
    private const string OrderIdName = "order_id";
    private const string UserIdName = "user_id";

    /// <summary>In a refund's metadata: whose refund it is.</summary>
    public const string OperationIdName = "operation_id";

    private static readonly string[] CancelReasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    private static readonly string[] RefundReasons = ["duplicate", "fraudulent", "requested_by_customer"];

    public static StripeForm Create(CreatePaymentCall call, string? customer)
    {
        // Without a way to pay the payer confirms by the client secret.
        var isConfirmed = call is { Confirm: true, Token: not null };
        var form = new StripeForm()
            .AddAmount("amount", call.Amount)
            .Add("currency", call.Amount.Currency.Code.ToLowerInvariant())
            .Add("capture_method", call.CaptureMethod == CaptureMethod.Manual ? "manual" : "automatic")
            .Add("customer", customer)
            .AddFlag("automatic_payment_methods[enabled]", true);
        // Stripe refuses to confirm with ways to pay that lead away and no address to come back to.
        if (isConfirmed && call.ReturnUrl is null) form.Add("automatic_payment_methods[allow_redirects]", "never");
        // Several captures of one authorisation, where the card can do that.
        if (call.CaptureMethod == CaptureMethod.Manual) form.Add("payment_method_options[card][request_multicapture]", "if_available");
        AddToken(form, call.Token);
        if (isConfirmed) form.AddFlag("confirm", true).Add("return_url", call.ReturnUrl);
        if (isConfirmed && !call.PayerIsPresent) form.AddFlag("off_session", true);
        if (call.SaveMethod && customer is not null && (call.PayerIsPresent || !isConfirmed)) form.Add("setup_future_usage", "off_session");
        AddShipping(form, call);
        foreach (var (name, value) in call.Metadata)
            if (name is not (StripeEvent.PaymentIdName or OrderIdName or UserIdName)) form.AddMetadata(name, value);
        return form
            .AddMetadata(StripeEvent.PaymentIdName, call.PaymentId)
            .AddMetadata(OrderIdName, call.OrderId)
            .AddMetadata(UserIdName, call.UserId)
            .Add("expand[]", "latest_charge");
    }

    public static StripeForm Confirm(ConfirmPaymentCall call) =>
        AddToken(new StripeForm(), call.Token).Add("return_url", call.ReturnUrl).Add("expand[]", "latest_charge");

    /// <summary>
    /// The capture is noted in the payment's metadata under our id of it, with its amount: Stripe's captures have no ids of their own, and
    /// so it can be told later which of ours were made.
    /// </summary>
    public static StripeForm Capture(CapturePaymentCall call)
    {
        var form = new StripeForm()
            .AddAmount("amount_to_capture", call.Amount)
            .AddMetadata(call.OperationId, call.Amount.AmountMinor.ToString(CultureInfo.InvariantCulture));
        // Said only where it is needed: Stripe refuses the word for cards that can be captured once.
        if (!call.IsFinal) form.AddFlag("final_capture", false);
        return form.Add("expand[]", "latest_charge");
    }

    public static StripeForm Cancel(CancelPaymentCall call) => new StripeForm()
        .Add("cancellation_reason", CancelReasons.Contains(call.Reason) ? call.Reason : null)
        .Add("expand[]", "latest_charge");

    public static StripeForm Refund(RefundPaymentCall call) => RefundsOf(call.GatewayPaymentId)
        .AddAmount("amount", call.Amount)
        .Add("reason", RefundReasons.Contains(call.Reason) ? call.Reason : null)
        .AddMetadata(StripeEvent.PaymentIdName, call.PaymentId)
        .AddMetadata(OperationIdName, call.OperationId);

    /// <summary>Names the payment of refunds. A charge that was made without a payment intent is a payment of its own.</summary>
    public static StripeForm RefundsOf(string? gatewayPaymentId) => new StripeForm()
        .Add(gatewayPaymentId?.StartsWith("pi_", StringComparison.Ordinal) is false ? "charge" : "payment_intent", gatewayPaymentId);

    public static StripeForm Customer(string userId, PayerDetails? payer) => Payer(payer).AddMetadata(UserIdName, userId);

    public static StripeForm Payer(PayerDetails? payer) => new StripeForm()
        .Add("email", payer?.Email)
        .Add("name", payer?.Name)
        .Add("phone", payer?.Phone);

    public static StripeForm SetUp(string customer, string userId) => new StripeForm()
        .Add("customer", customer)
        .Add("usage", "off_session")
        .AddFlag("automatic_payment_methods[enabled]", true)
        .AddMetadata(UserIdName, userId);

    // A confirmation token is what Stripe's newer client-side library makes.
    private static StripeForm AddToken(StripeForm form, string? token) =>
        form.Add(token?.StartsWith("ctoken_", StringComparison.Ordinal) is true ? "confirmation_token" : "payment_method", token);

    private static void AddShipping(StripeForm form, CreatePaymentCall call)
    {
        if (call.Shipping is not { Line1.Length: > 0 } address) return;
        if ((address.Name ?? call.Payer?.Name) is not { Length: > 0 } name) return;
        form.Add("shipping[name]", name)
            .Add("shipping[phone]", call.Payer?.Phone)
            .Add("shipping[address][line1]", address.Line1)
            .Add("shipping[address][line2]", address.Line2)
            .Add("shipping[address][city]", address.City)
            .Add("shipping[address][state]", address.Region)
            .Add("shipping[address][postal_code]", address.PostalCode)
            .Add("shipping[address][country]", address.Country);
    }
}
