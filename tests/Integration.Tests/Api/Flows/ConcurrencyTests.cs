using System.Net;
using System.Text.Json;
using PaymentPipeline.Gateways;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Many at a time on one key or on one payment.</summary>
public sealed class ConcurrencyTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public ConcurrencyTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Fact]
    public async Task H111_500_parallel_requests_with_one_key_have_one_effect()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _money.CreateAsync(5005, key: "five-hundred")));

        var definite = answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer.Body).Distinct().ToList();
        Assert.Single(definite);
        Assert.All(
            answers.Where(answer => answer.Status != HttpStatusCode.Created),
            answer => Assert.Equal((HttpStatusCode.Conflict, "request_in_progress"), (answer.Status, answer.Code)));
        Assert.Single(_money.Booth.Effects, effect => effect.Amount?.AmountMinor == 5005);
        Assert.Equal(definite[0], (await _money.CreateAsync(5005, key: "five-hundred")).Body);
    }

    [Fact]
    public async Task H114_100_parallel_captures_never_take_more_than_was_authorised()
    {
        var id = await _money.PaidAsync(1000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _money.CaptureAsync(id, 37)));

        var taken = answers.Count(IsTaken);
        Assert.Equal(1000 / 37, taken);
        Assert.All(
            answers.Where(answer => !IsTaken(answer)),
            answer => Assert.True(answer.Status is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity, answer.Body));
        await UntilQuietAsync(id);
        Assert.Equal(taken * 37, _money.EffectsOf(id).Where(effect => effect.Kind == GatewayCallKind.Capture).Sum(effect => effect.Amount!.Value.AmountMinor));
        Assert.Equal(taken * 37, Number((await _money.GetAsync(id)).Json, "amountCaptured"));
    }

    [Fact]
    public async Task H115_200_parallel_refunds_never_give_back_more_than_was_taken()
    {
        var id = await _money.PaidAsync(1000, "automatic");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _money.RefundAsync(id, 30)));

        var given = answers.Count(IsTaken);
        Assert.Equal(1000 / 30, given);
        await UntilQuietAsync(id);
        Assert.Equal(given * 30, _money.EffectsOf(id).Where(effect => effect.Kind == GatewayCallKind.Refund).Sum(effect => effect.Amount!.Value.AmountMinor));
        Assert.Equal(given * 30, Number((await _money.GetAsync(id)).Json, "amountRefunded"));
    }

    [Fact]
    public async Task H116_of_a_capture_and_a_cancel_at_once_exactly_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = await _money.PaidAsync(1000);
            var capture = _money.CaptureAsync(id, 1000);
            var cancel = _money.PostAsync($"/v1/payments/{id}/cancel", "{}");
            var answers = await Task.WhenAll(capture, cancel);

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.Conflict);
            Assert.Equal(2, _money.EffectsOf(id).Count);
            var status = (await _money.GetAsync(id)).Json.GetProperty("status").GetString();
            Assert.Equal(answers[0].Status == HttpStatusCode.OK ? "SUCCEEDED" : "CANCELED", status);
        }
    }

    // 202: this machine was so busy that the deadline passed; the work goes on.
    private static bool IsTaken(ApiAnswer answer) => answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted;

    private Task UntilQuietAsync(string id) => Eventually.Async(
        async () => await _money.ScalarAsync<int>("SELECT open_operations FROM books.payments WHERE gateway_payment_id = @name", new { name = "booth_" + id }) == 0,
        MoneyFixture.Soon);

    private static long Number(JsonElement json, string member) => json.GetProperty(member).GetInt64();
}
