using System.Text;
using System.Text.Json.Nodes;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>What the simulator answers is what the gateways' own API descriptions say: no member too many, none too few.</summary>
public sealed class OfficialAnswersTests : IAsyncLifetime
{
    private const string Checkout = "adyen/CheckoutService-v72.json";
    private const string Orders = "paypal/checkout_orders_v2.json";
    private const string Payments = "paypal/payments_payment_v2.json";
    private const string Vault = "paypal/vault_payment_tokens_v3.json";

    private readonly SimulatorUnderTest _simulator = new();
    private readonly List<string> _errors = [];
    private GatewayCaller _caller = null!;

    public async Task InitializeAsync()
    {
        await _simulator.InitializeAsync();
        _caller = new GatewayCaller(_simulator);
    }

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [GatewaySpecsFact]
    public async Task Adyens_answers_are_as_its_description_says()
    {
        var psp = Judge(Checkout, await _caller.PayAtAdyenAsync("pay_1", 2500)).Text("pspReference")!;
        Judge(Checkout, await _caller.PayAtAdyenAsync("pay_2", 2500, holder: "DECLINED"));
        Judge(Checkout, await _caller.PayAtAdyenAsync("pay_3", -1));
        Judge(Checkout, await _caller.PayAtAdyenAsync("pay_4", 2500, card: "challenge"));
        foreach (var (what, body) in new (string, JsonObject)[]
            {
                ("captures", new() { ["amount"] = GatewayCaller.Eur(2500), ["reference"] = "cap_1" }),
                ("refunds", new() { ["amount"] = GatewayCaller.Eur(100), ["merchantRefundReason"] = "OTHER" }),
                ("cancels", new()), ("reversals", new()),
            })
            Judge(Checkout, await _caller.AdyenAsync($"/payments/{psp}/{what}", body));
        Judge(Checkout, await _caller.AdyenAsync("/payments/AAAAAAAAAAAAAAAA/cancels", []));
        Judge(Checkout, await _caller.AdyenAsync("/cancels", new() { ["paymentReference"] = "pay_1" }));
        Judge(Checkout, await _caller.AdyenAsync("/sessions", new()
        {
            ["amount"] = GatewayCaller.Eur(2500), ["reference"] = "pay_5", ["returnUrl"] = "https://shop.example/back",
        }));
        Judge(Checkout, await _caller.AdyenAsync("/storedPaymentMethods", new()
        {
            ["shopperReference"] = "usr_1", ["recurringProcessingModel"] = "CardOnFile", ["paymentMethod"] = GatewayCaller.Card(),
        }));
        var query = $"merchantAccount={_simulator.Secrets.AdyenMerchantAccount}&shopperReference=usr_1";
        Judge(Checkout, await _caller.AdyenAsync($"/storedPaymentMethods?{query}", body: null));
        Judge(Checkout, await _caller.AdyenAsync("/paymentMethods", new() { ["shopperReference"] = "usr_1" }));

        Assert.True(_errors.Count == 0, string.Join("\n", _errors));
    }

    [GatewaySpecsFact]
    public async Task PayPals_answers_are_as_its_descriptions_say()
    {
        var held = Judge(Orders, await _caller.PayAtPayPalAsync("pay_1", "25.00", "AUTHORIZE", "key-1"));
        var taken = Judge(Orders, await _caller.PayAtPayPalAsync("pay_2", "25.00", "CAPTURE", "key-2"));
        Judge(Orders, await OrderAsync(source: null));
        Judge(Orders, await OrderAsync(new() { ["paypal"] = new JsonObject() }));
        Judge(Orders, await OrderAsync(new() { ["card"] = Card("CCREJECT-IF") }));
        Judge(Orders, await _caller.PayPalAsync("/v2/checkout/orders/NONE", body: null));

        var authorization = held.Text("purchase_units", 0, "payments", "authorizations", 0, "id");
        Judge(Payments, await _caller.PayPalAsync($"/v2/payments/authorizations/{authorization}", body: null));
        var capture = Judge(Payments, await _caller.PayPalAsync(
            $"/v2/payments/authorizations/{authorization}/capture", new() { ["amount"] = GatewayCaller.Usd("10.00") }, "key-3")).Text("id");
        Judge(Payments, await _caller.PayPalAsync($"/v2/payments/captures/{capture}", body: null));
        var refund = Judge(Payments, await _caller.PayPalAsync(
            $"/v2/payments/captures/{capture}/refund", new() { ["invoice_id"] = "re_1" }, "key-4")).Text("id");
        Judge(Payments, await _caller.PayPalAsync($"/v2/payments/refunds/{refund}", body: null));
        Judge(Orders, await _caller.PayPalAsync($"/v2/checkout/orders/{held.Text("id")}", body: null));
        Judge(Orders, await _caller.PayPalAsync($"/v2/checkout/orders/{taken.Text("id")}", body: null));

        var setup = new JsonObject { ["payment_source"] = new JsonObject { ["paypal"] = new JsonObject { ["usage_type"] = "MERCHANT" } } };
        Judge(Vault, await _caller.PayPalAsync("/v3/vault/setup-tokens", setup, "key-5"));
        var token = Judge(Vault, await _caller.PayPalAsync(
            "/v3/vault/payment-tokens", new() { ["payment_source"] = new JsonObject { ["card"] = Card("Sam Sample") } }, "key-6"));
        Judge(Vault, await _caller.PayPalAsync($"/v3/vault/payment-tokens/{token.Text("id")}", body: null));
        Judge(Vault, await _caller.PayPalAsync($"/v3/vault/payment-tokens?customer_id={token.Text("customer", "id")}", body: null));

        Assert.True(_errors.Count == 0, string.Join("\n", _errors));
    }

    private Task<GatewayAnswer> OrderAsync(JsonObject? source)
    {
        var order = new JsonObject
        {
            ["intent"] = "CAPTURE", ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = GatewayCaller.Usd("25.00") }),
        };
        if (source is not null) order["payment_source"] = source;
        return _caller.PayPalAsync("/v2/checkout/orders", order, $"key-{source?.ToJsonString().Length ?? 0}");
    }

    private static JsonObject Card(string name) => new() { ["number"] = "4032039668387500", ["expiry"] = "2030-03", ["name"] = name };

    private GatewayAnswer Judge(string description, GatewayAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body?.ToJsonString() ?? "");
        _errors.AddRange(GatewaySpecs.Load(description).CheckReply(answer.Request, answer.Status, body));
        return answer;
    }
}
