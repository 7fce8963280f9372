using PaymentPipeline.Core;
using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;
using Xunit.Abstractions;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>Every way in which the client words a request, held against Adyen's description of Checkout v72.</summary>
public sealed class AdyenRequestsTests(ITestOutputHelper output)
{
    private static readonly PostalAddress Home = new("A Payer", "Main Street 1", "Floor 2", "Berlin", null, "10115", "DE");

    [GatewaySpecsFact]
    public async Task Every_request_is_one_that_Checkout_takes()
    {
        await using var adyen = await StartAsync((context, _, _) => context.AnswerAsync(200, "{}"));
        foreach (var call in Creates()) await adyen.Client.CreateAsync(call, default);
        foreach (var call in Confirms()) await adyen.Client.ConfirmAsync(call, default);
        foreach (var reason in new[] { null, "duplicate", "fraudulent", "requested_by_customer", "other" })
            await adyen.Client.RefundAsync(Refund(reason), default);
        await adyen.Client.CaptureAsync(Capture(), default);
        await adyen.Client.CaptureAsync(Capture(Amount with { AmountMinor = 1 }), default);
        await adyen.Client.CancelAsync(Cancel(), default);
        foreach (var token in new[] { Card, null })
            await adyen.Client.SaveMethodAsync(Save(token), default);
        await adyen.Client.ListMethodsAsync(new ListMethodsCall("default", "user 1&x", null), default);
        await adyen.Client.DetachMethodAsync(
            new DetachMethodCall { Account = "default", Key = OperationId, UserId = "user 1&x", Token = "8415" }, default);

        var checkout = GatewaySpecs.Load("adyen/CheckoutService-v72.json");
        Assert.All(adyen.Requests, request => Assert.Empty(checkout.Check(request)));
        var kinds = adyen.Requests.CountBy(request => $"{request.Method} {request.Path}").OrderBy(kind => kind.Key, StringComparer.Ordinal);
        foreach (var (kind, count) in kinds) output.WriteLine($"{count,3} {kind}");
        output.WriteLine($"{adyen.Requests.Count} requests are valid.");
        Assert.Equal(9, kinds.Count());
    }

    private static IEnumerable<CreatePaymentCall> Creates()
    {
        foreach (var token in new[] { Card, "7219687191761347", null })
            foreach (var method in Enum.GetValues<CaptureMethod>())
                foreach (var saves in new[] { false, true })
                    foreach (var isPresent in new[] { false, true })
                        yield return Create(token) with { CaptureMethod = method, SaveMethod = saves, PayerIsPresent = isPresent };
        foreach (var token in new[] { Card, null })
        {
            yield return Whole(token);
            yield return Whole(token) with { Billing = Home with { Line1 = null, City = null, Country = null, Region = "Bavaria" } };
            yield return Whole(token) with { Billing = Home with { PostalCode = null, Line2 = null, Region = "BE" }, UserId = "u" };
            yield return Whole(token) with { Billing = new(null, null, null, null, null, null, "NL") };
            yield return Whole(token) with { Payer = new(null, "One", null, null, null) };
            yield return Whole(token) with { UserId = null, OrderId = "" };
        }
    }

    private static CreatePaymentCall Whole(string? token) => Create(token) with
    {
        Payer = new PayerDetails("payer@shop.example", "A B Payer", "+49 30 123", "192.0.2.1", "Mozilla/5.0"),
        Billing = Home,
        Shipping = Home with { Region = "BE" },
        LineItems = [new LineItem("Shoes", "sku-1", 2, 900, 144), new LineItem("Socks", null, 1, 199, null)],
        TaxAmount = 319,
        Metadata = Enumerable.Range(0, 30).ToDictionary(i => $"name{i}", i => new string('x', i * 4)),
    };

    private static IEnumerable<ConfirmPaymentCall> Confirms()
    {
        yield return Confirm() with { Token = Card, GatewayPaymentId = null };
        yield return Confirm() with { Token = "8415", TokenIsStored = true, UserId = "user-1", GatewayPaymentId = null };
        foreach (var name in new[] { "redirectResult", "threeDSResult", "threeds2.fingerprint", "payload", "MD" })
            yield return Confirm((name, "x"), ("paymentData", "y"));
    }

    private static SaveMethodCall Save(string? token) => new()
    {
        Account = "default",
        Key = OperationId,
        UserId = "user-1",
        Token = token,
        ReturnUrl = "https://shop.example/back",
        Payer = new PayerDetails("payer@shop.example", "A Payer", null, "192.0.2.1", null),
    };
}
