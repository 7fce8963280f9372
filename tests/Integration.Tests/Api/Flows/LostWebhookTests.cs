using System.Net;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>What a gateway took on ends by webhook. One that never comes does not leave it open: the gateway is read back.</summary>
public sealed class LostWebhookTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public LostWebhookTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Theory, InlineData("capture", "SUCCEEDED"), InlineData("cancel", "CANCELED"), InlineData("refund", "REFUNDED")]
    public async Task F34_an_operation_whose_webhook_is_lost_is_read_back_and_never_sent_again(string what, string status)
    {
        var id = await _money.PaidAsync(1000, what == "refund" ? "automatic" : "manual");
        _money.Booth.Mood = (_, _) => Mood.TakesItOn;
        var taken = what == "refund" ? await _money.RefundAsync(id, 1000) : await _money.PostAsync($"/v1/payments/{id}/{what}", "{}");
        Assert.True(taken.Status is HttpStatusCode.Accepted or HttpStatusCode.Created, taken.Body);
        Assert.NotEqual(status, await StatusAsync(id));

        await _money.ExecuteAsync(
            "UPDATE books.api_operations SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL AND state = 'Accepted'");
        await Eventually.Async(async () => await StatusAsync(id) == status, MoneyFixture.Soon);

        var key = _money.EffectsOf(id).Single(effect => effect.Kind.ToString().Equals(what, StringComparison.OrdinalIgnoreCase)).Key;
        Assert.Single(_money.Booth.Asked, asked => asked.Key == key && asked.Kind is not null);
    }

    private async Task<string> StatusAsync(string id) => (await _money.GetAsync(id)).Json.GetProperty("status").GetString()!;
}
