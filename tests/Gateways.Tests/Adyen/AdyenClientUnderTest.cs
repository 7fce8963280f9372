using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core;
using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>
/// The client as the api makes it, in front of a real server that answers as the test says. At the end every request that it sent is
/// held against Adyen's own API description, where there is one.
/// </summary>
internal sealed class AdyenClientUnderTest : IAsyncDisposable
{
    public const string PaymentId = "pay_0199aaaabbbb7ccc8ddd000000000001";
    public const string CaptureId = "cap_0199aaaabbbb7ccc8ddd000000000002";
    public const string RefundId = "re_0199aaaabbbb7ccc8ddd000000000003";
    public const string OperationId = "op_0199aaaabbbb7ccc8ddd000000000004";
    public const string Psp = "JLCMPCQ8HXSKGK82";
    public const string Card = """
        {"type":"scheme","encryptedCardNumber":"test_4111111111111111","encryptedExpiryMonth":"test_03","encryptedExpiryYear":"test_2030",
         "encryptedSecurityCode":"test_737","holderName":"A Payer"}
        """;

    public static readonly Money Amount = Currencies.FromGatewayMinor("adyen", 1999, "EUR");

    private readonly ScriptedServer _server;
    private readonly ServiceProvider _services;

    private AdyenClientUnderTest(ScriptedServer server, IEnumerable<(string Name, string Value)> settings)
    {
        _server = server;
        var all = new Dictionary<string, string?>
        {
            ["Gateways:Adyen:ApiKey"] = "AQE-key",
            ["Gateways:Adyen:BaseUrl"] = new Uri(server.Address, "v72").ToString(),
            ["Gateways:Adyen:MerchantAccount"] = "ExampleShopECOM,ExampleShopPOS",
            ["Gateways:Adyen:Http:RetryDelayMs"] = "5",
        };
        foreach (var (name, value) in settings) all["Gateways:Adyen:" + name] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        _services = new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
        Client = _services.GetRequiredService<PaymentGatewayRegistry>().Find("adyen")!;
    }

    public IPaymentGateway Client { get; }
    public IReadOnlyList<RecordedRequest> Requests => _server.Requests;

    public JsonElement Body(int index = 0)
    {
        using var document = JsonDocument.Parse(Requests[index].Body);
        return document.RootElement.Clone();
    }

    public static async Task<AdyenClientUnderTest> StartAsync(
        Func<HttpContext, RecordedRequest, int, Task> answer, params (string Name, string Value)[] settings) =>
        new(await ScriptedServer.StartAsync(answer), settings);

    /// <summary>Always the same answer.</summary>
    public static Task<AdyenClientUnderTest> StartAsync(int status, string json, params (string Name, string Value)[] settings) =>
        StartAsync((context, _, _) => context.AnswerAsync(status, json), settings);

    public static CreatePaymentCall Create(string? token = Card) => new()
    {
        Account = "default",
        Key = PaymentId,
        PaymentId = PaymentId,
        Amount = Amount,
        CaptureMethod = CaptureMethod.Manual,
        OrderId = "order-1",
        UserId = "user-1",
        Token = token,
        Confirm = true,
        ReturnUrl = "https://shop.example/back",
    };

    public static ConfirmPaymentCall Confirm(params (string Name, string Value)[] actionResult) => new()
    {
        Account = "default",
        Key = OperationId,
        PaymentId = PaymentId,
        GatewayPaymentId = Psp,
        Amount = Amount,
        CaptureMethod = CaptureMethod.Manual,
        ReturnUrl = "https://shop.example/back",
        ActionResult = actionResult.ToDictionary(pair => pair.Name, pair => pair.Value),
    };

    public static CapturePaymentCall Capture(Money? amount = null) => new()
    {
        Account = "default",
        Key = CaptureId,
        OperationId = CaptureId,
        PaymentId = PaymentId,
        GatewayPaymentId = Psp,
        Amount = amount ?? Amount,
        IsFinal = true,
    };

    public static RefundPaymentCall Refund(string? reason = null) => new()
    {
        Account = "default",
        Key = RefundId,
        OperationId = RefundId,
        PaymentId = PaymentId,
        GatewayPaymentId = Psp,
        Amount = Amount,
        Reason = reason,
    };

    public static CancelPaymentCall Cancel() => new()
    {
        Account = "default",
        Key = OperationId,
        PaymentId = PaymentId,
        GatewayPaymentId = Psp,
    };

    /// <summary>What Adyen answers to a payment of <see cref="Create"/>.</summary>
    public static string Result(string resultCode, Action<JsonObject>? change = null)
    {
        var root = new JsonObject
        {
            ["pspReference"] = Psp,
            ["resultCode"] = resultCode,
            ["merchantReference"] = PaymentId,
            ["amount"] = new JsonObject { ["currency"] = "EUR", ["value"] = 1999 },
        };
        change?.Invoke(root);
        return root.ToJsonString();
    }

    /// <summary>What Adyen answers to a modification.</summary>
    public static string Received(string reference, Action<JsonObject>? change = null)
    {
        var root = new JsonObject
        {
            ["merchantAccount"] = "ExampleShopECOM",
            ["paymentPspReference"] = Psp,
            ["pspReference"] = "MODIFICATION1",
            ["reference"] = reference,
            ["status"] = "received",
            ["amount"] = new JsonObject { ["currency"] = "EUR", ["value"] = 1999 },
        };
        change?.Invoke(root);
        return root.ToJsonString();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        if (GatewaySpecs.Folder is null) return;
        var checkout = GatewaySpecs.Load("adyen/CheckoutService-v72.json");
        Assert.All(Requests, request => Assert.Empty(checkout.Check(request)));
    }
}
