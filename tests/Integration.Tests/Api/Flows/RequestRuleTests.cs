using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>What no request may ask for.</summary>
public sealed class RequestRuleTests(MoneyFixture money) : IClassFixture<MoneyFixture>
{
    [Theory]
    [InlineData("0"), InlineData("-5"), InlineData("100000000000"), InlineData("9223372036854775807")]
    public async Task H112_an_amount_out_of_range_is_refused(string amount)
    {
        var answer = await CreateAsync($$"""{"orderId":"o","amount":{{amount}},"currency":"EUR"}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_out_of_range", "amount"), (answer.Status, answer.Code, answer.Member));
    }

    [Theory]
    [InlineData("\"usd\"", "currency"), InlineData("\"XXX\"", "currency"), InlineData("\"XAU\"", "currency"), InlineData("null", "currency")]
    public async Task H113_a_currency_that_one_cannot_pay_in_is_refused(string currency, string member)
    {
        var answer = await CreateAsync($$"""{"orderId":"o","amount":10,"currency":{{currency}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, member), (answer.Status, answer.Member));
    }

    [Theory]
    [InlineData("""{"orderId":"o","amount":10.5,"currency":"JPY"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":1.2345,"currency":"KWD"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","status":"SUCCEEDED"}""", "status")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","captureMethod":"later"}""", "captureMethod")]
    [InlineData("""{"orderId":"","amount":10,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"amount":10,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","token":"t","paymentMethodId":"pm_1"}""", "token")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","saveMethod":true}""", "userId")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","billing":{"country":"Germany"}}""", "billing.country")]
    [InlineData("""{"orderId":"o","amount":10,"currency":"EUR","customer":{"ipAddress":"here"}}""", "customer.ipAddress")]
    public async Task A_member_that_is_wrong_is_named(string body, string member)
    {
        var answer = await CreateAsync(body);
        Assert.Equal((HttpStatusCode.BadRequest, member), (answer.Status, answer.Member));
    }

    [Theory]
    [InlineData("javascript:alert(1)"), InlineData("http://shop.example/"), InlineData("https://user:pass@shop.example/")]
    [InlineData("https://127.0.0.1/"), InlineData("https://10.0.0.8/"), InlineData("https://[::1]/"), InlineData("https://169.254.169.254/latest")]
    [InlineData("https://2130706433/"), InlineData("https://intranet/"), InlineData("https://db.internal/"), InlineData("//shop.example/")]
    [InlineData("/back"), InlineData("https://shop.example\\\\@evil.example/"), InlineData("data:text/html,x"), InlineData("https://localhost.localhost/")]
    public async Task H121_a_return_address_that_is_not_the_shops_is_refused(string url)
    {
        var answer = await CreateAsync($$"""{"orderId":"o","amount":10,"currency":"EUR","returnUrl":"{{url}}"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "returnUrl"), (answer.Status, answer.Member));
    }

    [Theory]
    [InlineData("https://shop.example/back?order=1", HttpStatusCode.Created), InlineData("http://localhost:3000/back", HttpStatusCode.Created)]
    public async Task H121_a_return_address_of_a_shop_is_taken(string url, HttpStatusCode expected) =>
        Assert.Equal(expected, (await CreateAsync($$"""{"orderId":"o","amount":10,"currency":"EUR","gateway":"booth","returnUrl":"{{url}}"}""")).Status);

    [Fact]
    public async Task H121_with_a_list_only_its_hosts_are_taken()
    {
        await using var server = await MoneyFixture.StartAsync(
            money.ConnectionString, [new BoothGateway()], "--Api:ReturnUrlHosts:0=shop.example");
        async Task<HttpStatusCode> AskAsync(string url) => (await server.PostAsync(
            "/v1/payments", $$"""{"orderId":"o","amount":10,"currency":"EUR","returnUrl":"{{url}}"}""", ("Idempotency-Key", url))).Status;

        Assert.Equal(HttpStatusCode.Created, await AskAsync("https://shop.example/back"));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync("https://shop.example.evil.example/back"));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync("http://localhost/back"));
    }

    [Fact]
    public async Task H124_too_much_metadata_is_refused()
    {
        var many = string.Join(',', Enumerable.Range(0, 51).Select(index => $"\"k{index}\":\"v\""));
        foreach (var metadata in new[] { $"{{{many}}}", $$"""{"k":"{{new string('x', 501)}}"}""", """{"order_id":"x"}""", """{"a b":"x"}""" })
        {
            var answer = await CreateAsync($$"""{"orderId":"o","amount":10,"currency":"EUR","metadata":{{metadata}}}""");
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.StartsWith("metadata", answer.Member, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("order\\u202e1"), InlineData("order\\u200b1"), InlineData("\\u043erder"), InlineData("order 1"), InlineData("order\\n1")]
    public async Task H125_a_reference_that_looks_like_another_is_refused(string reference)
    {
        var answer = await CreateAsync($$"""{"orderId":"{{reference}}","amount":10,"currency":"EUR"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "orderId"), (answer.Status, answer.Member));
    }

    [Theory]
    [InlineData("limit=0"), InlineData("limit=1000000000"), InlineData("limit=1e9"), InlineData("cursor=forged"), InlineData("cursor=" + Forged)]
    [InlineData("from=1926-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"), InlineData("from=2020-01-01T00:00:00Z"), InlineData("from=yesterday")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z"), InlineData("status=succeeded"), InlineData("colour=red"), InlineData("limit=1&limit=2")]
    public async Task H122_H123_a_query_that_is_wrong_is_refused(string query)
    {
        var answer = await money.Server.GetAsync($"/v1/payments?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_parameter"), (answer.Status, answer.Code));
    }

    private const string Forged = "AQGTyl5nAHEBk8peZwBxAZMAAAAAaSBXgAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task H122_a_cursor_of_another_list_or_tenant_is_refused()
    {
        for (var i = 0; i < 3; i++) await CreateAsync("""{"orderId":"paged","amount":10,"currency":"EUR","gateway":"booth"}""");
        var page = await money.Server.GetAsync("/v1/payments?orderId=paged&limit=2");
        var cursor = page.Json.GetProperty("nextCursor").GetString();

        var rest = await money.Server.GetAsync($"/v1/payments?orderId=paged&limit=2&cursor={cursor}");
        var other = await money.Server.GetAsync($"/v1/payments?orderId=other&limit=2&cursor={cursor}");
        var stranger = await money.Server.GetAsync($"/v1/payments?orderId=paged&limit=2&cursor={cursor}", money.Server.Tokens.Good(tenant: "another"));

        Assert.Equal(2, page.Json.GetProperty("items").GetArrayLength());
        Assert.Equal(1, rest.Json.GetProperty("items").GetArrayLength());
        Assert.False(rest.Json.TryGetProperty("nextCursor", out _));
        Assert.All([other, stranger], answer => Assert.Equal((HttpStatusCode.BadRequest, "cursor"), (answer.Status, answer.Member)));
    }

    [Fact]
    public async Task Transactions_timeline_and_refunds_of_a_payment_can_be_read()
    {
        var id = await money.PaidAsync(1000, "automatic");
        var refund = await money.RefundAsync(id, 300);
        var refundId = refund.Json.GetProperty("refundId").GetString();

        var transactions = await money.Server.GetAsync($"/v1/payments/{id}/transactions");
        var timeline = await money.Server.GetAsync($"/v1/payments/{id}/timeline");
        var refunds = await money.Server.GetAsync($"/v1/refunds?paymentId={id}");
        var one = await money.Server.GetAsync($"/v1/refunds/{refundId}");

        Assert.Equal(["capture", "refund"], transactions.Json.GetProperty("transactions").EnumerateArray().Select(item => item.GetProperty("type").GetString()).Order());
        Assert.Equal(2, transactions.Json.GetProperty("movements").GetArrayLength());
        var kinds = timeline.Json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()).ToList();
        Assert.All(new[] { "operation", "transition", "event" }, kind => Assert.Contains(kind, kinds));
        Assert.Equal(refundId, refunds.Json.GetProperty("items")[0].GetProperty("refundId").GetString());
        Assert.Equal((300, "SUCCEEDED"), (one.Json.GetProperty("amount").GetInt64(), one.Json.GetProperty("status").GetString()));
        var stranger = money.Server.Tokens.Good(tenant: "another");
        foreach (var path in new[] { $"/v1/payments/{id}/transactions", $"/v1/payments/{id}/timeline", $"/v1/refunds?paymentId={id}", $"/v1/refunds/{refundId}" })
            Assert.Equal(HttpStatusCode.NotFound, (await money.Server.GetAsync(path, stranger)).Status);
    }

    private Task<ApiAnswer> CreateAsync(string body) => money.PostAsync("/v1/payments", body);
}
