using System.Text;
using System.Text.Json.Nodes;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Gateways.Tests.OpenApi;

/// <summary>The judge of our requests is itself judged: on the vendors' own examples, and on what must not pass.</summary>
public sealed class OpenApiDocumentTests(ITestOutputHelper output)
{
    private const string Adyen = "adyen/CheckoutService-v72.json";
    private const string Orders = "paypal/checkout_orders_v2.json";

    private const string Payment = """
        {"amount":{"currency":"EUR","value":1000},"merchantAccount":"Shop","reference":"r","returnUrl":"https://shop.example/back",
         "paymentMethod":{"type":"scheme","encryptedCardNumber":"x"}}
        """;

    private const string Order = """
        {"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"EUR","value":"10.00"}}]}
        """;

    [GatewaySpecsFact]
    public void What_is_right_passes()
    {
        Assert.Empty(Check(Adyen, "/v72/payments", Payment));
        Assert.Empty(Check(Orders, "/v2/checkout/orders", Order));
    }

    [GatewaySpecsFact]
    public void Adyens_own_examples_pass()
    {
        var examples = ReadExamples(Adyen).ToList();
        output.WriteLine($"{examples.Count} examples");
        Assert.True(examples.Count > 20);
        Assert.All(examples, example => Assert.Empty(Check(Adyen, example.Path, example.Body, example.Method)));
    }

    [GatewaySpecsFact]
    public void A_wrong_type_is_told() =>
        Assert.Contains("body.amount.value: String where integer is due", Change(root => root["amount"]!["value"] = "1000"));

    [GatewaySpecsFact]
    public void A_missing_member_is_told() =>
        Assert.Contains("body.returnUrl: missing", Change(root => root.Remove("returnUrl")));

    [GatewaySpecsFact]
    public void An_unknown_member_is_told()
    {
        Assert.Contains("body.captureDelay: unknown member", Change(root => root["captureDelay"] = 0));
        Assert.Contains("body.purchase_units[0].amout: unknown member", Check(Orders, "/v2/checkout/orders", """
            {"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"EUR","value":"10.00"},"amout":{}}]}
            """));
    }

    [GatewaySpecsFact]
    public void An_unknown_member_of_one_of_many_payment_methods_is_told() =>
        Assert.Contains("body.paymentMethod.cardNo: unknown member", Change(root => root["paymentMethod"]!["cardNo"] = "x"));

    [GatewaySpecsFact]
    public void An_unknown_member_beside_what_allOf_names_is_told() =>
        Assert.Contains("body.purchase_units[0].amount.breakdwn: unknown member", Check(Orders, "/v2/checkout/orders", """
            {"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"EUR","value":"10.00","breakdwn":{}}}]}
            """));

    [GatewaySpecsFact]
    public void A_value_outside_its_enum_pattern_length_or_limits_is_told()
    {
        Assert.Contains(Change(root => root["shopperInteraction"] = "Online"), error => error.Contains("none of the values"));
        Assert.Contains("body.reference: maxLength is 80", Change(root => root["reference"] = new string('r', 81)));
        Assert.Contains("body.shopperReference: minLength is 3", Change(root => root["shopperReference"] = "u1"));
        Assert.Contains("body.captureDelayHours: is no int32", Change(root => root["captureDelayHours"] = 3_000_000_000));
        Assert.Contains(
            Check(Orders, "/v2/checkout/orders", Order.Replace("10.00", "10,00", StringComparison.Ordinal)),
            error => error.Contains("does not match", StringComparison.Ordinal));
    }

    [GatewaySpecsFact]
    public void A_path_method_or_body_that_the_document_does_not_have_is_told()
    {
        Assert.Single(Check(Adyen, "/v72/payment", Payment));
        Assert.Single(Check(Adyen, "/payments", Payment));
        Assert.Single(Check(Adyen, "/v72/payments", "", "GET"));
        Assert.Contains("body: none is taken", Check(Adyen, "/v72/storedPaymentMethods", "{}", "GET"));
        Assert.Contains(Check(Adyen, "/v72/payments", Payment + "}"), error => error.StartsWith("body: no strict JSON"));
    }

    [GatewaySpecsFact]
    public void A_missing_and_an_unknown_query_parameter_are_told()
    {
        const string Path = "/v72/storedPaymentMethods/8415";
        Assert.Empty(Check(Adyen, Path, "", "DELETE", "?shopperReference=u-1&merchantAccount=Shop"));
        Assert.Equal(
            ["query merchantAccount: missing", "query shopper: unknown"],
            Check(Adyen, Path, "", "DELETE", "?shopperReference=u-1&shopper=u-1"));
    }

    private static IEnumerable<(string Method, string Path, string Body)> ReadExamples(string file)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(Path.Combine(GatewaySpecs.Folder!, file)))!;
        foreach (var (path, item) in root["paths"]!.AsObject())
            foreach (var (method, operation) in item!.AsObject())
                foreach (var (_, example) in ExamplesOf(operation!))
                {
                    var name = ((string)example!["$ref"]!).Split('/')[^1];
                    var body = root["components"]!["examples"]![name]!["value"]!.ToJsonString();
                    yield return (method.ToUpperInvariant(), "/v72" + path, body);
                }
    }

    private static JsonObject ExamplesOf(JsonNode operation) =>
        operation["requestBody"]?["content"]?["application/json"]?["examples"] as JsonObject ?? [];

    private static IReadOnlyList<string> Change(Action<JsonObject> change)
    {
        var root = JsonNode.Parse(Payment)!.AsObject();
        change(root);
        return Check(Adyen, "/v72/payments", root.ToJsonString());
    }

    private static IReadOnlyList<string> Check(string document, string path, string body, string method = "POST", string query = "") =>
        GatewaySpecs.Load(document).Check(new RecordedRequest(
            method, path, query, new Dictionary<string, string> { ["content-type"] = "application/json; charset=utf-8" },
            Encoding.UTF8.GetBytes(body)));
}
