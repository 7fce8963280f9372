using System.Net;
using PaymentPipeline.Gateways;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

public sealed class RoutingTests
{
    private const string Body = """{"orderId":"order-1","amount":1000,"currency":"EUR","captureMethod":"manual","confirm":true}""";
    private readonly BoothGateway _booth = new();
    private readonly BoothGateway _spare = new("spare", "default", "second");

    [Fact]
    public async Task A_gateway_that_was_certainly_not_reached_is_followed_by_the_next()
    {
        await using var server = await StartAsync();
        _booth.Mood = (_, _) => Mood.NotReached;

        var made = await CreateAsync(server);

        Assert.Equal((HttpStatusCode.Created, "spare", "AUTHORIZED"), (made.Status, Text(made, "gateway"), Text(made, "status")));
        Assert.Empty(_booth.Effects);
        var id = Text(made, "paymentId");
        Assert.Equal("spare", Text(await server.GetAsync($"/v1/payments/{id}"), "gateway"));
        Assert.Equal(id, Text(await server.GetAsync($"/v1/payments/booth_{id}"), "paymentId"));
        var capture = await server.PostAsync($"/v1/payments/{id}/capture", "{}", ("Idempotency-Key", "capture"));
        Assert.Equal((HttpStatusCode.OK, 2), (capture.Status, _spare.Effects.Count));
    }

    [Theory]
    [InlineData(nameof(Mood.Mute)), InlineData(nameof(Mood.DoesItSilently)), InlineData(nameof(Mood.Refuses)), InlineData(nameof(Mood.Declines))]
    public async Task Nothing_else_is_followed_by_another_gateway(string mood)
    {
        await using var server = await StartAsync();
        _booth.Mood = (_, _) => Enum.Parse<Mood>(mood);

        await CreateAsync(server);

        Assert.Single(_booth.Asked);
        Assert.Empty(_spare.Asked);
    }

    [Fact]
    public async Task A_token_stays_with_its_gateway()
    {
        await using var server = await StartAsync();
        _booth.Mood = (_, _) => Mood.NotReached;

        var answer = await CreateAsync(server, Body.Replace("\"confirm\"", "\"gateway\":\"booth\",\"token\":\"tok_1\",\"confirm\"", StringComparison.Ordinal));
        var whose = await CreateAsync(server, Body.Replace("\"confirm\"", "\"token\":\"tok_1\",\"confirm\"", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 0), (answer.Status, _spare.Asked.Count));
        Assert.Equal((HttpStatusCode.BadRequest, "gateway"), (whose.Status, whose.Member));
    }

    [Fact]
    public async Task An_open_breaker_puts_a_gateway_last()
    {
        await using var server = await StartAsync();
        _booth.Breaker = "open";
        Assert.Equal("spare", Text(await CreateAsync(server), "gateway"));

        var shown = await server.GetAsync("/v1/gateways");
        var booth = shown.Json.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("gateway").GetString() == "booth");
        Assert.Equal(("unavailable", "open"), (booth.GetProperty("health").GetString(), booth.GetProperty("breaker").GetString()));
    }

    [Fact]
    public async Task Rules_choose_by_currency_country_and_method()
    {
        await using var server = await StartAsync(
            "--Routing:Rules:0:Gateway=booth", "--Routing:Rules:0:Currencies:0=EUR", "--Routing:Rules:0:Countries:0=DE",
            "--Routing:Rules:1:Gateway=spare", "--Routing:Rules:1:Account=second", "--Routing:Rules:1:Methods:0=card");

        var german = await CreateAsync(server, Body.Replace("\"confirm\"", """ "billing":{"country":"DE"},"confirm" """, StringComparison.Ordinal));
        var card = await CreateAsync(server, Body.Replace("\"confirm\"", """ "method":"card","confirm" """, StringComparison.Ordinal));
        var neither = await CreateAsync(server);

        Assert.Equal("booth", Text(german, "gateway"));
        Assert.Equal(("spare", "second"), (Text(card, "gateway"), Text(card, "account")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no_route"), (neither.Status, neither.Code));
    }

    [Fact]
    public async Task Weights_are_shares()
    {
        await using var server = await StartAsync(
            "--Routing:Rules:0:Gateway=booth", "--Routing:Rules:0:Weight=3", "--Routing:Rules:1:Gateway=spare", "--Routing:Rules:1:Weight=1");

        for (var i = 0; i < 200; i++) await CreateAsync(server);

        // Of 200 at 3:1 the first gets 150; 110 to 190 is more than six standard deviations wide.
        Assert.InRange(_booth.Effects.Count, 110, 190);
        Assert.Equal(200, _booth.Effects.Count + _spare.Effects.Count);
    }

    [Fact]
    public async Task Only_the_tenants_own_accounts_take_its_payments()
    {
        await using var server = await StartAsync("--Gateways:booth:Tenant=another");

        Assert.Equal("spare", Text(await CreateAsync(server), "gateway"));
        var forced = await CreateAsync(server, Body.Replace("\"confirm\"", "\"gateway\":\"booth\",\"confirm\"", StringComparison.Ordinal));
        Assert.Equal("no_route", forced.Code);
    }

    private async Task<ApiServer> StartAsync(params string[] settings) => await MoneyFixture.StartAsync(
        await MoneyFixture.MigratedDatabaseAsync(), [_booth, _spare], ["--Gateways:spare:Accounts:second:Open=true", .. settings]);

    private int _keys;

    private Task<ApiAnswer> CreateAsync(ApiServer server, string body = Body) =>
        server.PostAsync("/v1/payments", body, ("Idempotency-Key", $"routing-{++_keys}"));

    private static string? Text(ApiAnswer answer, string member) => answer.Json.GetProperty(member).GetString();
}
