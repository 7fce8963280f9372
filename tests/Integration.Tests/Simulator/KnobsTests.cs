using System.Net;
using System.Text;
using System.Text.Json;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>What breaks between us and a gateway, and that the truth counts what really happened.</summary>
public sealed class KnobsTests : IAsyncLifetime
{
    private readonly SimulatorUnderTest _simulator = new();

    public Task InitializeAsync() => _simulator.InitializeAsync();

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [Theory]
    [InlineData("rateLimited", 429)]
    [InlineData("serverError", 500)]
    [InlineData("redirect", 307)]
    [InlineData("keyInFlight", 409)]
    public async Task What_strikes_before_the_effect_leaves_none(string fault, int status)
    {
        await _simulator.SetKnobsAsync("stripe", $$$"""{"{{{fault}}}": {"next": 1}, "retryAfterSeconds": 7}""");

        var struck = await _simulator.PayAsync("key-1");

        Assert.Equal(status, struck.Status);
        Assert.Equal(0, await _simulator.EffectsAsync("key-1"));
        if (status == 429) Assert.Equal("7", struck.Headers["Retry-After"]);
        Assert.Equal(200, (await _simulator.PayAsync("key-1")).Status);
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Theory]
    [InlineData("html200")]
    [InlineData("truncated")]
    [InlineData("wrongAmount")]
    [InlineData("hugeBody")]
    public async Task A_broken_answer_hides_an_effect_that_the_key_finds_again(string fault)
    {
        await _simulator.SetKnobsAsync("stripe", $$$"""{"{{{fault}}}": {"next": 1}}""");

        var broken = await _simulator.PayAsync("key-1");
        var again = await _simulator.PayAsync("key-1");

        Assert.Equal(200, broken.Status);
        switch (fault)
        {
            case "wrongAmount": Assert.Equal(2501, broken.Body.GetProperty("amount").GetInt64()); break;
            case "hugeBody": Assert.True(broken.Text.Length > 50_000_000); break;
            default: Assert.ThrowsAny<JsonException>(() => broken.Body); break;
        }
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal(2500, again.Body.GetProperty("amount").GetInt64());
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Theory]
    [InlineData("timeout", 0)]
    [InlineData("effectThenTimeout", 1)]
    public async Task A_time_out_tells_nothing_and_the_truth_knows(string fault, int effects)
    {
        await _simulator.SetKnobsAsync("stripe", $$$"""{"{{{fault}}}": {"next": 1}, "silenceMs": 50}""");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _simulator.PayAsync("key-1"));

        Assert.Equal(effects, await _simulator.EffectsAsync("key-1"));
        Assert.Equal(200, (await _simulator.PayAsync("key-1")).Status);
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Fact]
    public async Task Stripe_repeats_a_500_that_came_after_the_effect()
    {
        await _simulator.SetKnobsAsync("stripe", """{"effectThenServerError": {"next": 1}}""");

        var first = await _simulator.PayAsync("key-1");
        var again = await _simulator.PayAsync("key-1");

        Assert.Equal((500, 500), (first.Status, again.Status));
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Fact]
    public async Task A_forgotten_key_is_a_second_effect()
    {
        await _simulator.PayAsync("key-1");
        await _simulator.SetKnobsAsync("stripe", """{"forgetKeys": {"next": 1}}""");

        Assert.Equal(200, (await _simulator.PayAsync("key-1")).Status);

        Assert.Equal(2, await _simulator.EffectsAsync("key-1"));
        Assert.Equal(2, (await _simulator.TruthAsync("payments?paymentId=pay_key-1")).GetProperty("payments").GetArrayLength());
    }

    [Fact]
    public async Task A_share_strikes_by_seed_and_key_alone_and_each_key_is_one_effect()
    {
        var struck = new List<HashSet<string>>();
        foreach (var round in new[] { "a", "b" })
        {
            // The second round is all replays: they too may be left unanswered.
            await _simulator.SetKnobsAsync("stripe", """{"seed": 5, "effectThenTimeout": {"share": 0.5}}""");
            var hit = new HashSet<string>();
            await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
            {
                var key = $"key-{number}";
                if (!await IsAnsweredAsync(key)) lock (hit) hit.Add(key);
                while (!await IsAnsweredAsync(key)) { }
            });
            struck.Add(hit);
            Assert.True(hit.Count is > 10 and < 50, $"{round}: {hit.Count}");
        }

        Assert.Equal(struck[0].Order(), struck[1].Order());
        for (var number = 0; number < 60; number++) Assert.Equal(1, await _simulator.EffectsAsync($"key-{number}"));
    }

    [Fact]
    public async Task A_fault_may_be_meant_for_some_requests_only()
    {
        var held = await _simulator.PayAsync("key-1", ("capture_method", "manual"));
        await _simulator.SetKnobsAsync("stripe", """{"only": "/capture", "serverError": {"share": 1}}""");

        Assert.Equal(200, (await _simulator.PayAsync("key-2")).Status);
        Assert.Equal(500, (await _simulator.StripeAsync(HttpMethod.Post, $"/v1/payment_intents/{held.Id}/capture")).Status);
    }

    [Theory]
    [InlineData("""{"serverErrors": {"next": 1}}""", null)]
    [InlineData("""{"serverError": {"share": 2}, "ingress": "nowhere", "latencyMs": -1}""", "latencyMs")]
    public async Task Knobs_that_do_not_exist_or_cannot_be_are_refused(string json, string? named)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _simulator.Http.PutAsync(new Uri("/simulator/knobs", UriKind.Relative), body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        if (named is not null) Assert.Contains(named, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_simulator_says_what_can_be_paid_with()
    {
        var tokens = await _simulator.Http.GetStringAsync(new Uri("/simulator/test-tokens", UriKind.Relative));

        var outcomes = JsonElement.Parse(tokens).GetProperty("stripe").EnumerateArray()
            .ToDictionary(token => token.GetProperty("token").GetString()!, token => token.GetProperty("outcome").GetString());
        Assert.Equal(
            ("succeeds", "declined", "requires_action"),
            (outcomes["pm_card_visa"], outcomes["pm_card_chargeDeclined"], outcomes["pm_card_authenticationRequired"]));
    }

    private async Task<bool> IsAnsweredAsync(string key)
    {
        try
        {
            return (await _simulator.PayAsync(key)).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
