using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Payments;

/// <summary>Whether a request to make or to go on with a payment is sound. Throws the refusal, which names the member.</summary>
internal static class PaymentRules
{
    private const int TokenMax = 16_000;
    private const int LineItemsMax = 100;
    private const int QuantityMax = 100_000;
    private const int ActionResultMax = 20;
    private const int TextMax = 200;

    public static void Check(CreatePaymentRequest request, RequestRules rules)
    {
        RequestRules.Reference(request.OrderId, "orderId");
        RequestRules.Reference(request.UserId, "userId");
        RequestRules.Currency(request.Currency, "currency");
        rules.Amount(request.Amount, "amount");
        RequestRules.Within(request.TaxAmount, request.Amount, "taxAmount");
        RequestRules.OneOf(request.CaptureMethod, "captureMethod", CaptureMethods.Automatic, CaptureMethods.Manual);
        RequestRules.Reference(request.Method, "method");
        CheckWayToPay(request);
        CheckPayer(request);
        CheckItems(request);
        rules.ReturnUrl(request.ReturnUrl, "returnUrl");
        RequestRules.Metadata(request.Metadata, "metadata");
    }

    public static void Check(ConfirmPaymentRequest request, RequestRules rules)
    {
        RequestRules.Text(request.Token, "token", TokenMax);
        if (request.Token is not null && request.PaymentMethodId is not null)
            throw RequestRules.Wrong("token", "and paymentMethodId exclude each other");
        rules.ReturnUrl(request.ReturnUrl, "returnUrl");
        RequestRules.Count(request.ActionResult?.Count, "actionResult", ActionResultMax);
        foreach (var (name, value) in request.ActionResult ?? new Dictionary<string, string>())
        {
            RequestRules.Reference(name, "actionResult");
            RequestRules.Text(value, MemberPath.Of("actionResult", name), TokenMax);
        }
    }

    private static void CheckWayToPay(CreatePaymentRequest request)
    {
        RequestRules.Text(request.Token, "token", TokenMax);
        if (request.Token is { Length: 0 }) throw RequestRules.Wrong("token", "must not be empty");
        if (request.Token is not null && request.PaymentMethodId is not null)
            throw RequestRules.Wrong("token", "and paymentMethodId exclude each other");
        if (request.PaymentMethodId is not null && request.UserId is null)
            throw RequestRules.Wrong("userId", "is required with paymentMethodId: guests have no stored methods");
        if (request.SaveMethod == true && request.UserId is null)
            throw RequestRules.Wrong("userId", "is required with saveMethod: guests have no stored methods");
    }

    private static void CheckPayer(CreatePaymentRequest request)
    {
        RequestRules.Text(request.Customer?.Email, "customer.email", 254);
        RequestRules.Text(request.Customer?.Name, "customer.name", TextMax);
        RequestRules.Text(request.Customer?.Phone, "customer.phone", 40);
        RequestRules.Text(request.Customer?.UserAgent, "customer.userAgent", 500);
        RequestRules.Address(request.Customer?.IpAddress, "customer.ipAddress");
        CheckAddress(request.Billing, "billing");
        CheckAddress(request.Shipping, "shipping");
    }

    private static void CheckAddress(AddressRequest? address, string member)
    {
        if (address is null) return;
        RequestRules.Text(address.Name, $"{member}.name", TextMax);
        RequestRules.Text(address.Line1, $"{member}.line1", TextMax);
        RequestRules.Text(address.Line2, $"{member}.line2", TextMax);
        RequestRules.Text(address.City, $"{member}.city", TextMax);
        RequestRules.Text(address.Region, $"{member}.region", TextMax);
        RequestRules.Text(address.PostalCode, $"{member}.postalCode", 20);
        RequestRules.Country(address.Country, $"{member}.country");
    }

    private static void CheckItems(CreatePaymentRequest request)
    {
        RequestRules.Count(request.LineItems?.Count, "lineItems", LineItemsMax);
        for (var index = 0; index < request.LineItems?.Count; index++)
        {
            var (item, member) = (request.LineItems[index], $"lineItems[{index}]");
            if (item is null) throw RequestRules.Wrong(member, "must be an object");
            RequestRules.Text(item.Name, $"{member}.name", TextMax);
            RequestRules.Reference(item.Sku, $"{member}.sku");
            if (item.Quantity is < 1 or > QuantityMax) throw RequestRules.Wrong($"{member}.quantity", $"must be 1 to {QuantityMax}");
            RequestRules.Within(item.UnitAmount, request.Amount, $"{member}.unitAmount");
            RequestRules.Within(item.TaxAmount, request.Amount, $"{member}.taxAmount");
        }
    }
}
