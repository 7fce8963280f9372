using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core;
using PaymentPipeline.Gateways.Tests.Http;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Stripe's client as a process makes it, from configuration by AddPaymentGateways, asking a server of ours.</summary>
internal static class StripeClientUnderTest
{
    public const string Key = "sk_test_123";
    public const string PaymentId = "pay_0199f0a2b3c4d5e6f708192a3b4c5d6e";
    public const string CaptureId = "cap_0199f0a2b3c4d5e6f708192a3b4c5d6f";
    public const string RefundId = "re_0199f0a2b3c4d5e6f708192a3b4c5d70";

    /// <summary>When calls were first sent that are looked up, and when they are.</summary>
    public static readonly DateTimeOffset SentAt = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    public static IPaymentGateway To(ScriptedServer server, params (string Name, string Value)[] settings) =>
        Registry([("ApiKey", Key), ("BaseUrl", server.Address.ToString()), ("Http:RetryDelayMs", "5"), .. settings]).Find("stripe")!;

    public static PaymentGatewayRegistry Registry(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"Gateways:Stripe:{setting.Name}", (string?)setting.Value))).Build();
        var services = new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
        return services.GetRequiredService<PaymentGatewayRegistry>();
    }

    public static Money Amount(long minor, string code = "USD") =>
        Currencies.TryGet(code, out var currency) ? new Money(minor, currency) : throw new ArgumentException(code);

    public static CreatePaymentCall Create() => new()
    {
        Account = "default", Key = PaymentId, PaymentId = PaymentId, Amount = Amount(1000), CaptureMethod = CaptureMethod.Automatic,
        OrderId = "o1", UserId = "u1", Token = "pm_card_visa", Confirm = true, ReturnUrl = "https://shop.example/back?a=b&c=d",
    };

    public static ConfirmPaymentCall Confirm() => new()
    {
        Account = "default", Key = "op_1", PaymentId = PaymentId, GatewayPaymentId = "pi_1", Amount = Amount(1000),
        CaptureMethod = CaptureMethod.Automatic, Token = "pm_card_visa", ReturnUrl = "https://shop.example/back",
    };

    public static CapturePaymentCall Capture(long minor = 1000, bool isFinal = true) => new()
    {
        Account = "default", Key = CaptureId, OperationId = CaptureId, PaymentId = PaymentId, GatewayPaymentId = "pi_1",
        Amount = Amount(minor), IsFinal = isFinal, IsWhole = minor == 1000,
    };

    public static CancelPaymentCall Cancel() =>
        new() { Account = "default", Key = "op_2", PaymentId = PaymentId, GatewayPaymentId = "pi_1", Reason = "abandoned" };

    public static RefundPaymentCall Refund(long minor = 400) => new()
    {
        Account = "default", Key = RefundId, OperationId = RefundId, PaymentId = PaymentId, GatewayPaymentId = "pi_1",
        Amount = Amount(minor), Reason = "requested_by_customer",
    };

    public static LookUpCall LookUp(GatewayCallKind kind, string? operationId = null, long minor = 1000, string? intent = "pi_1") => new()
    {
        Account = "default", Key = operationId ?? PaymentId, PaymentId = PaymentId, GatewayPaymentId = intent, Kind = kind,
        OperationId = operationId, Amount = Amount(minor), SentAt = SentAt,
    };

    public static SaveMethodCall Save(string? token = "pm_card_visa", string? customer = "cus_1") => new()
    {
        Account = "default", Key = "op_3", UserId = "u1", GatewayCustomerId = customer, Token = token,
        Payer = new PayerDetails("a@example.org", "Ada Ü", "+49 30 1", null, null),
    };

    public static EnsureCustomerCall Customer(string? email = "a@example.org") => new()
    {
        Account = "default", Key = "cus_u1", UserId = "u1", Payer = new PayerDetails(email, null, null, null, null),
    };

    public static DetachMethodCall Detach() =>
        new() { Account = "default", Key = "op_4", UserId = "u1", GatewayCustomerId = "cus_1", Token = "pm_1" };

    /// <summary>A payment intent as Stripe answers with it.</summary>
    public static string Intent(
        string status, long amount = 1000, long received = 0, string currency = "usd", string id = "pi_1", string paymentId = PaymentId,
        string more = "") => $$"""
        {"id":"{{id}}","object":"payment_intent","amount":{{amount}},"amount_received":{{received}},"currency":"{{currency}}",
         "status":"{{status}}","client_secret":"pi_1_secret_2","customer":null,"latest_charge":null,{{more}}
         "metadata":{"payment_id":"{{paymentId}}","order_id":"o1","user_id":"u1","{{CaptureId}}":"1000"} }
        """;

    public static string Refunded(string status, long amount = 400, string operationId = RefundId, string intent = "pi_1") => $$"""
        {"id":"re_9","object":"refund","amount":{{amount}},"currency":"usd","status":"{{status}}","charge":"ch_1",
         "payment_intent":"{{intent}}","reason":"requested_by_customer",
         "metadata":{"operation_id":"{{operationId}}","payment_id":"{{PaymentId}}"} }
        """;

    public static string Error(string type, string code, string more = "") =>
        $$"""{"error":{"type":"{{type}}","code":"{{code}}","message":"No."{{more}}} }""";
}
