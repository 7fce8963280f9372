using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Http;

public sealed class BreakerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task F30_the_breaker_opens_lets_one_call_try_and_closes_again()
    {
        var status = 500;
        await using var server = await ScriptedServer.StartAsync((context, _) => context.AnswerAsync(status, "{}"));
        var clock = new FakeTimeProvider();
        using var line = LineUnderTest.To(server.Address, options => options.BreakerTriesMin = 4, clock);

        for (var i = 0; i < 4; i++) await line.PostAsync(GatewayRetry.Never);
        Assert.Equal(("open", 1.0), (line.Health.Breaker, line.Health.FailureShare));

        var refused = (await line.PostAsync()).ToFailedReply();
        Assert.Equal((GatewayOutcome.NotDone, "breaker_open"), (refused.Outcome, refused.Failure?.Code));
        Assert.Equal(4, server.Requests.Count);

        // Still sick: one try, then open again.
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("gateway_error", (await line.PostAsync(GatewayRetry.Never)).Failure?.Code);
        Assert.Equal("breaker_open", (await line.PostAsync(GatewayRetry.Never)).Failure?.Code);
        Assert.Equal(5, server.Requests.Count);

        status = 200;
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True((await line.PostAsync(GatewayRetry.Never)).IsSuccess);
        Assert.Equal("closed", line.Health.Breaker);

        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, line.Health.FailureShare);
    }

    [Fact]
    public async Task F30_a_limit_that_was_reached_does_not_open_the_breaker()
    {
        await using var server = await ScriptedServer.StartAsync(429);
        using var line = LineUnderTest.To(server.Address, options => options.BreakerTriesMin = 2);

        for (var i = 0; i < 5; i++) await line.PostAsync(GatewayRetry.Never);

        Assert.Equal("closed", line.Health.Breaker);
    }

    [Fact]
    public async Task A_breaker_that_ends_a_calls_tries_does_not_make_them_certain()
    {
        await using var server = await ScriptedServer.StartAsync(500);
        using var line = LineUnderTest.To(server.Address, options => options.BreakerTriesMin = 2);

        var reply = (await line.PostAsync()).ToFailedReply();

        Assert.Equal((GatewayOutcome.Unknown, "gateway_error", 2), (reply.Outcome, reply.Failure?.Code, server.Requests.Count));
    }

    [Fact]
    public async Task F28_a_slow_gateway_holds_its_own_slots_only()
    {
        await using var slow = await ScriptedServer.StartAsync((context, _) => context.NeverAnswerAsync());
        await using var well = await ScriptedServer.StartAsync(200);
        using var toSlow = LineUnderTest.To(slow.Address, options => (options.CallsMax, options.SlotWaitMs) = (2, 0));
        using var toWell = LineUnderTest.To(well.Address, options => (options.CallsMax, options.SlotWaitMs) = (2, 0));
        using var caller = new CancellationTokenSource();

        var held = new[] { toSlow.PostAsync(cancellationToken: caller.Token), toSlow.PostAsync(cancellationToken: caller.Token) };
        await Eventually.Async(() => slow.Requests.Count == 2, Limit);
        var third = (await toSlow.PostAsync()).ToFailedReply();

        Assert.Equal((GatewayOutcome.NotDone, "too_busy"), (third.Outcome, third.Failure?.Code));
        Assert.Equal(2, toSlow.Health.CallsInFlight);
        Assert.True((await toWell.PostAsync()).IsSuccess);

        await caller.CancelAsync();
        await Task.WhenAll(held);
        Assert.Equal(0, toSlow.Health.CallsInFlight);
    }

    [Fact]
    public async Task F28_a_call_waits_a_moment_for_a_slot()
    {
        var gate = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(async (context, number) =>
        {
            if (number == 1) await gate.Task;
            await context.AnswerAsync(200, "{}");
        });
        using var line = LineUnderTest.To(server.Address, options => (options.CallsMax, options.SlotWaitMs) = (1, 30_000));

        var first = line.PostAsync();
        await Eventually.Async(() => server.Requests.Count == 1, Limit);
        var second = line.PostAsync();
        Assert.False(second.IsCompleted);
        gate.SetResult();

        Assert.True((await first).IsSuccess && (await second).IsSuccess);
    }
}
