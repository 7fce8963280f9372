using System.Net;
using PaymentPipeline.Gateways;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Who a gateway's customer is, is known before anything can be told of the customer.</summary>
public sealed class CustomerTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public CustomerTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Fact]
    public async Task A_payment_that_stores_its_method_is_asked_for_when_its_customer_is_written_down()
    {
        var known = new List<string?>();
        _money.Booth.Before = async kind =>
        {
            if (kind == GatewayCallKind.Create)
                known.Add(await _money.ScalarAsync<string?>("SELECT max(gateway_customer_id) FROM books.gateway_customers WHERE user_id = 'user-9'"));
        };

        var plain = await _money.CreateAsync(more: ""","userId":"user-9" """);
        var stored = await _money.CreateAsync(more: ""","userId":"user-9","saveMethod":true """);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (plain.Status, stored.Status));
        Assert.Equal([null, "customer_user-9"], known);
    }
}
