using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Writes the requests about orders. Throws <see cref="FormatException"/> for an amount that PayPal cannot be told.</summary>
internal static class PayPalOrderRequests
{
    private const int NameLengthMax = 127;
    private const int ItemsMax = 100;

    public static PayPalAmount Amount(Money amount) =>
        new(amount.Currency.Code, Currencies.ToGatewayDecimal("paypal", amount));

    public static PayPalRequest Create(CreatePaymentCall call, PayPalSource? source)
    {
        var (breakdown, items) = Basket(call);
        var amount = Amount(call.Amount) with { Breakdown = breakdown };
        var unit = new PayPalUnit(
            "default", call.PaymentId, call.PaymentId, Cut(call.OrderId, NameLengthMax), amount, items, Shipping(call.Shipping));
        var intent = call.CaptureMethod == CaptureMethod.Manual ? "AUTHORIZE" : "CAPTURE";
        var body = new PayPalOrderBody(intent, [unit], source);
        return new("create", HttpMethod.Post, "/v2/checkout/orders", call.Key,
            JsonSerializer.SerializeToUtf8Bytes(body, PayPalBodiesJson.Default.PayPalOrderBody));
    }

    /// <summary>Takes or holds the money of an order that the payer has approved, or whose source is given here.</summary>
    public static PayPalRequest Complete(string order, CaptureMethod method, string requestId, PayPalSource? source)
    {
        var action = method == CaptureMethod.Manual ? "authorize" : "capture";
        return new("confirm", HttpMethod.Post, $"/v2/checkout/orders/{PayPalRequest.Step(order)}/{action}", requestId,
            JsonSerializer.SerializeToUtf8Bytes(new PayPalCompletionBody(source), PayPalBodiesJson.Default.PayPalCompletionBody));
    }

    public static PayPalRequest Read(string order) => PayPalRequest.Get($"/v2/checkout/orders/{PayPalRequest.Step(order)}");

    /// <summary>The payer chooses on PayPal's pages; without a way back PayPal's client library opens them.</summary>
    public static PayPalSource? ChosenByPayer(CreatePaymentCall call)
    {
        if (call.ReturnUrl is not { } back)
            return null;
        var preference = Shipping(call.Shipping) is null ? null : "SET_PROVIDED_ADDRESS";
        var customer = call.GatewayCustomerId is { } id ? new PayPalCustomer(id) : null;
        var attributes = call.SaveMethod ? new PayPalAttributes(new PayPalVaulting("ON_SUCCESS", "MERCHANT"), customer) : null;
        return new PayPalSource(Paypal: new PayPalInstrument(
            ExperienceContext: new PayPalExperience(back, back, preference), Attributes: attributes));
    }

    // PayPal refuses a basket that does not add up: it is left out then, as is tax that the items do not show.
    private static (PayPalBreakdown? Breakdown, IReadOnlyList<PayPalItem>? Items) Basket(CreatePaymentCall call)
    {
        if (call.LineItems.Count > 0)
            return AddsUp(call) ? (new(Amount(call.Amount)), [.. call.LineItems.Select(line => Item(line, call))]) : (null, null);
        if (call.TaxAmount is not { } tax || tax <= 0 || tax > call.Amount.AmountMinor)
            return (null, null);
        var net = call.Amount with { AmountMinor = call.Amount.AmountMinor - tax };
        return (new PayPalBreakdown(Amount(net), Amount(call.Amount with { AmountMinor = tax })), null);
    }

    private static bool AddsUp(CreatePaymentCall call)
    {
        if (call.LineItems.Count > ItemsMax)
            return false;
        Int128 sum = 0;
        foreach (var line in call.LineItems)
        {
            if (line.Quantity < 1 || line.UnitAmount < 0 || line.Name.Length == 0)
                return false;
            sum += (Int128)line.Quantity * line.UnitAmount;
        }
        return sum == call.Amount.AmountMinor;
    }

    private static PayPalItem Item(LineItem line, CreatePaymentCall call) => new(
        Cut(line.Name, NameLengthMax)!,
        line.Quantity.ToString(CultureInfo.InvariantCulture),
        Amount(call.Amount with { AmountMinor = line.UnitAmount }),
        Cut(line.Sku, NameLengthMax));

    private static PayPalShipping? Shipping(PostalAddress? to) => to?.Country is not { Length: 2 } country ? null : new(
        to.Name is { Length: > 0 } name ? new PayPalName(Cut(name, 300)!) : null,
        new PayPalAddress(
            country.ToUpperInvariant(), Cut(to.Line1, 300), Cut(to.Line2, 300), Cut(to.City, 120), Cut(to.Region, 300),
            Cut(to.PostalCode, 60)));

    // Null for nothing; never ends in half a character.
    private static string? Cut(string? text, int max)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length <= max)
            return text;
        return text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];
    }
}
