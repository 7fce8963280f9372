using System.Net;
using System.Text.Json;
using PaymentPipeline.Integration.Tests.Simulator;
using PaymentPipeline.Integration.Tests.Storage;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Users' stored ways to pay, kept at the simulator's gateways through our real clients.</summary>
public sealed class PaymentMethodTests : IAsyncLifetime
{
    private readonly Books _books = new();
    private readonly SimulatorUnderTest _simulator = new();
    private ApiServer _api = null!;

    public async Task InitializeAsync()
    {
        await _books.InitializeAsync();
        await _simulator.InitializeAsync();
        _api = await ApiServer.StartAsync(_books.ConnectionString, settings: Settings);
    }

    private string[] Settings =>
    [
        $"--Gateways:Stripe:ApiKey={_simulator.Secrets.StripeApiKey}", $"--Gateways:Stripe:BaseUrl={_simulator.Address}",
        $"--Gateways:PayPal:ClientId={_simulator.Secrets.PayPalClientId}",
        $"--Gateways:PayPal:ClientSecret={_simulator.Secrets.PayPalClientSecret}", $"--Gateways:PayPal:BaseUrl={_simulator.Address}",
    ];

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _simulator.DisposeAsync();
        await _books.DisposeAsync();
    }

    [Fact]
    public async Task A_method_is_saved_listed_chosen_paid_with_and_removed()
    {
        var saved = await SaveAsync("user-1", "pm_card_visa");
        var id = saved.Json.GetProperty("paymentMethodId").GetString()!;
        Assert.Equal(("visa", "4242"), (saved.Json.GetProperty("brand").GetString(), saved.Json.GetProperty("last4").GetString()));
        Assert.DoesNotContain("pm_card", saved.Body, StringComparison.Ordinal);
        Assert.Equal([id], await IdsAsync("user-1"));

        var chosen = await _api.SendAsync(
            HttpMethod.Put, "/v1/users/user-1/default-payment-method", $$"""{"paymentMethodId":"{{id}}"}""");
        Assert.True(chosen.Json.GetProperty("isDefault").GetBoolean());

        var paid = await PayAsync("user-1", id);
        Assert.Equal((HttpStatusCode.Created, "SUCCEEDED"), (paid.Status, paid.Json.GetProperty("status").GetString()));

        Assert.Equal(HttpStatusCode.NoContent, (await _api.SendAsync(HttpMethod.Delete, $"/v1/payment-methods/{id}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _api.SendAsync(HttpMethod.Delete, $"/v1/payment-methods/{id}")).Status);
        Assert.Empty(await IdsAsync("user-1"));
        Assert.Equal(
            ["PaymentMethodAdded", "DefaultPaymentMethodChanged", "PaymentMethodRemoved"],
            await _books.QueryAsync<string>("SELECT event_type FROM books.outbox WHERE key = 'user-1' AND event_id LIKE 'pm%' ORDER BY id"));
    }

    [Fact]
    public async Task The_same_token_again_is_the_same_method()
    {
        var first = await SaveAsync("user-2", "pm_card_visa");
        var again = await SaveAsync("user-2", "pm_card_visa");

        Assert.Equal(first.Body, again.Body);
        Assert.Single(await IdsAsync("user-2"));
    }

    [Fact]
    public async Task A_user_whose_first_payments_come_at_once_becomes_one_customer()
    {
        using var other = new HttpClient { BaseAddress = _simulator.Address };
        other.DefaultRequestHeaders.Authorization = new("Bearer", _simulator.Secrets.StripeApiKey);
        await using var second = await ApiServer.StartAsync(_books.ConnectionString, settings: Settings);

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => (number % 2 == 0 ? _api : second).PostAsync(
            "/v1/payments",
            $$$"""
            {"orderId":"first-{{{number}}}","amount":500,"currency":"EUR","gateway":"stripe","token":"pm_card_visa","confirm":true,
             "userId":"user-20","saveMethod":true,"returnUrl":"https://shop.example/back","customer":{"email":"p{{{number}}}@shop.example"} }
            """,
            ("Idempotency-Key", $"first-{number}"))));

        Assert.All(made, answer => Assert.True(answer.Status == HttpStatusCode.Created, answer.Body));
        var customers = JsonDocument.Parse(await other.GetStringAsync(new Uri("/v1/customers?limit=100", UriKind.Relative)));
        var customer = Assert.Single(customers.RootElement.GetProperty("data").EnumerateArray().ToArray());
        Assert.Equal("user-20", customer.GetProperty("metadata").GetProperty("user_id").GetString());
        Assert.EndsWith("@shop.example", customer.GetProperty("email").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [customer.GetProperty("id").GetString()!],
            await _books.QueryAsync<string>("SELECT gateway_customer_id FROM books.gateway_customers WHERE user_id = 'user-20'"));
    }

    [Fact]
    public async Task One_of_a_users_methods_is_the_default_at_a_time()
    {
        var one = Id(await SaveAsync("user-3", "pm_card_visa", isDefault: true));
        var two = Id(await SaveAsync("user-3", "pm_card_mastercard"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => _api.SendAsync(
            HttpMethod.Patch, $"/v1/payment-methods/{(number % 2 == 0 ? one : two)}", """{"isDefault":true}""")));

        var list = await _api.GetAsync("/v1/users/user-3/payment-methods");
        Assert.Single(list.Json.GetProperty("items").EnumerateArray(), method => method.GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public async Task H127_another_users_method_is_not_found_and_a_removed_one_is_in_conflict()
    {
        var id = Id(await SaveAsync("user-4", "pm_card_visa"));

        Assert.Equal(HttpStatusCode.NotFound, (await PayAsync("user-5", id)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PayAsync(null, id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync(
            HttpMethod.Put, "/v1/users/user-5/default-payment-method", $$"""{"paymentMethodId":"{{id}}"}""")).Status);
        await _api.SendAsync(HttpMethod.Delete, $"/v1/payment-methods/{id}");
        Assert.Equal((HttpStatusCode.Conflict, "payment_method_removed"), Said(await PayAsync("user-4", id)));
        Assert.Equal((HttpStatusCode.Conflict, "payment_method_removed"), Said(await _api.SendAsync(
            HttpMethod.Patch, $"/v1/payment-methods/{id}", """{"isDefault":true}""")));
    }

    [Fact]
    public async Task H104_another_tenant_neither_sees_nor_changes_a_method()
    {
        var id = Id(await SaveAsync("user-6", "pm_card_visa"));
        var stranger = _api.Tokens.Good(tenant: "another");

        Assert.Empty((await _api.GetAsync("/v1/users/user-6/payment-methods", stranger)).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound,
            (await _api.SendAsync(HttpMethod.Delete, $"/v1/payment-methods/{id}", token: stranger)).Status);
        Assert.Equal([id], await IdsAsync("user-6"));
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("paypal")]
    public async Task A_set_up_without_a_token_tells_the_payer_what_to_do(string gateway)
    {
        var begun = await _api.PostAsync(
            "/v1/payment-methods", $$"""{"userId":"user-7","gateway":"{{gateway}}","returnUrl":"https://shop.example/back"}""");

        Assert.Equal(HttpStatusCode.Accepted, begun.Status);
        Assert.True(begun.Json.TryGetProperty("clientSecret", out _) || begun.Json.TryGetProperty("nextAction", out _), begun.Body);
    }

    [Fact]
    public async Task H118_a_card_number_is_no_token()
    {
        var refused = await SaveAsync("user-8", "4242424242424242");

        Assert.Equal((HttpStatusCode.BadRequest, "pan_not_allowed"), Said(refused));
        Assert.DoesNotContain("4242", refused.Body, StringComparison.Ordinal);
    }

    private Task<ApiAnswer> SaveAsync(string user, string token, bool isDefault = false) => _api.PostAsync(
        "/v1/payment-methods",
        JsonSerializer.Serialize(new { userId = user, gateway = "stripe", token, isDefault }));

    private Task<ApiAnswer> PayAsync(string? user, string method)
    {
        var userId = user is null ? "" : $"\"userId\":\"{user}\",";
        return _api.PostAsync(
            "/v1/payments",
            $$"""{"orderId":"order-1","amount":2500,"currency":"EUR",{{userId}}"paymentMethodId":"{{method}}","confirm":true}""",
            ("Idempotency-Key", $"pay-{user}-{method}"));
    }

    private async Task<IReadOnlyList<string>> IdsAsync(string user) =>
        [.. (await _api.GetAsync($"/v1/users/{user}/payment-methods")).Json.GetProperty("items").EnumerateArray()
            .Select(method => method.GetProperty("paymentMethodId").GetString()!)];

    private static string Id(ApiAnswer saved) => saved.Json.GetProperty("paymentMethodId").GetString()!;

    private static (HttpStatusCode, string?) Said(ApiAnswer answer) => (answer.Status, answer.Code);
}
