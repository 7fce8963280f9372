using PaymentPipeline.TestKit.OpenApi;
using Xunit;
using Xunit.Abstractions;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalCalls;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>Every kind of request that we make, in its variants, is one that PayPal's own descriptions take.</summary>
public sealed class PayPalRequestSpecTests(ITestOutputHelper output)
{
    private const string Vaulted = "GET /v3/vault/payment-tokens/tok12345";

    [GatewaySpecsFact]
    public async Task What_is_asked_of_PayPal_is_what_its_descriptions_take()
    {
        await using var paypal = await PayPalApiServer.StartAsync();
        await CreateAsync(paypal);
        await CompleteAsync(paypal);
        await MoveAsync(paypal);
        await KeepAsync(paypal);
        foreach (var kind in Enum.GetValues<GatewayCallKind>())
            await paypal.Client.LookUpAsync(LookUp(kind, CaptureOperation), default);
        await paypal.Client.LookUpAsync(LookUp(GatewayCallKind.Create) with { GatewayPaymentId = null }, default);
        await paypal.Client.ReadDisputeAsync(new("default", "PP-D-4012"), default);

        var errors = paypal.Requests.SelectMany(request => PayPalSpecs.Check(request).Select(error => $"{request}: {error}")).ToList();
        output.WriteLine($"{paypal.Requests.Count} requests of {paypal.Requests.Select(RouteOf).Distinct().Count()} kinds checked");
        Assert.Empty(errors);
        Assert.True(paypal.Requests.Select(RouteOf).Distinct().Count() >= 15);
    }

    [GatewaySpecsFact]
    public async Task A_request_that_the_descriptions_do_not_take_is_told()
    {
        await using var paypal = await PayPalApiServer.StartAsync();
        await paypal.Client.ListMethodsAsync(new("default", "user-1", "short"), default);
        Assert.NotEmpty(PayPalSpecs.Check(Assert.Single(paypal.Requests)));
    }

    private static async Task CreateAsync(PayPalApiServer paypal)
    {
        var address = new PostalAddress("Jo Doe", "High Street 1", null, "Berlin", null, "10115", "de");
        var basket = new LineItem[] { new("Socks, striped", "SKU-1", 2, 1000, 160), new(new string('x', 200), null, 1, 599, null) };
        CreatePaymentCall[] calls =
        [
            Create(),
            Create(CaptureMethod.Manual) with { ReturnUrl = null },
            Create() with { Confirm = false, Shipping = address, LineItems = basket, OrderId = new string('o', 200) },
            Create() with { TaxAmount = 415, SaveMethod = true, GatewayCustomerId = "cust1234" },
            Create() with { Amount = Of(1500, "JPY"), SaveMethod = true },
            Create() with { Token = "B-8KT24437A3301274L", TokenIsStored = false },
            Create() with { Token = "tok12345", TokenIsStored = true },
            Create() with { Token = "tok12345", TokenIsStored = true, PayerIsPresent = false },
        ];
        foreach (var kind in new[] { "card", "paypal", "venmo" })
        {
            paypal.On(Vaulted, 200, $$$"""{"id":"tok12345","payment_source":{"{{{kind}}}":{} } }""");
            foreach (var call in calls)
                await paypal.Client.CreateAsync(call, default);
        }
    }

    private static async Task CompleteAsync(PayPalApiServer paypal)
    {
        foreach (var method in Enum.GetValues<CaptureMethod>())
        {
            await paypal.Client.ConfirmAsync(Confirm(method), default);
            await paypal.Client.ConfirmAsync(Confirm(method) with { Token = "tok12345", TokenIsStored = true }, default);
        }
    }

    private static async Task MoveAsync(PayPalApiServer paypal)
    {
        await paypal.Client.RefundAsync(GiveBack() with { GatewayPaymentId = null, Aliases = [CaptureId] }, default);
        await paypal.Client.CaptureAsync(Capture() with { GatewayPaymentId = null, Aliases = [Authorization] }, default);
        paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 201, $$"""{"id":"{{CaptureId}}"}""")
            .On(RefundRoute, 201, $$"""{"id":"{{Refund}}"}""");
        await paypal.Client.CaptureAsync(Capture(), default);
        await paypal.Client.CaptureAsync(Capture(1000, false), default);
        await paypal.Client.CancelAsync(Cancel(), default);
        foreach (var reason in new[] { null, "duplicate", "requested_by_customer", "fraudulent" })
            await paypal.Client.RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId, Reason = reason }, default);
    }

    private static async Task KeepAsync(PayPalApiServer paypal)
    {
        var save = new SaveMethodCall { Account = "default", Key = "pm_1", UserId = "user-1", ReturnUrl = "https://shop.example/back" };
        await paypal.Client.SaveMethodAsync(save, default);
        await paypal.Client.SaveMethodAsync(save with { GatewayCustomerId = "cust1234", ReturnUrl = null }, default);
        await paypal.Client.SaveMethodAsync(save with { Token = "5C991763VB2781612", GatewayCustomerId = "cust1234" }, default);
        await paypal.Client.ListMethodsAsync(new("default", "user-1", "cust1234"), default);
        await paypal.Client.DetachMethodAsync(new() { Account = "default", Key = "pm_2", UserId = "user-1", Token = "tok12345" }, default);
    }

    private static string RouteOf(RecordedRequest request) =>
        request.Method + string.Join('/', request.Path.Split('/').Select(step => step.Any(char.IsDigit) && step[0] != 'v' ? "*" : step));
}
