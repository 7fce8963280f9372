using System.Net;
using Dapper;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>
/// I22: kill -9 at every point of an operation, with a caller that asks again and with one that never does. Two payments go the same
/// way at once, one for each kind of caller; at the end both were charged once.
/// </summary>
public sealed class CrashTests(CrashFixture crash) : IClassFixture<CrashFixture>
{
    [Fact]
    public async Task I22_killed_before_the_key_is_claimed()
    {
        await using (var blocker = await crash.Database.OpenConnectionAsync())
        {
            await using var transaction = await blocker.BeginTransactionAsync();
            await blocker.ExecuteAsync("LOCK TABLE books.idempotency_keys IN EXCLUSIVE MODE", transaction: transaction);
            var cut = crash.CreateAsync("before-claim");
            await UntilBlockedAsync(1);
            await crash.CrashAsync(() => transaction.RollbackAsync());
            Assert.Null(await cut);
        }

        Assert.Equal(0, await crash.ChargesAsync("before-claim"));
        Assert.Equal(HttpStatusCode.Created, await AskUntilDefiniteAsync("before-claim"));
        Assert.Equal(1, await crash.ChargesAsync("before-claim"));
    }

    [Fact]
    public async Task I22_killed_while_the_gateway_works_on_it()
    {
        await crash.KnobsAsync("""{"latencyMs":3000}""");
        await CrashWhenAsync("at-work", async key => await crash.PaymentAsync(key) is not null);
        await BothEndWithOneChargeAsync("at-work");
    }

    [Fact]
    public async Task I22_killed_after_the_effect_and_before_the_reply()
    {
        await crash.KnobsAsync("""{"effectThenTimeout":{"share":1},"silenceMs":60000}""");
        await CrashWhenAsync("no-reply", async key => await crash.ChargesAsync(key) == 1);
        await BothEndWithOneChargeAsync("no-reply");
    }

    [Fact]
    public async Task I22_killed_between_the_reply_and_the_settlement()
    {
        await crash.KnobsAsync("""{"latencyMs":4000}""");
        string[] keys = ["unsettled-asks", "unsettled-leaves"];
        var cut = keys.Select(crash.CreateAsync).ToList();
        await Eventually.Async(async () => await crash.PaymentAsync(keys[0]) is not null && await crash.PaymentAsync(keys[1]) is not null, CrashFixture.Soon);
        await using (var blocker = await crash.Database.OpenConnectionAsync())
        {
            await using var transaction = await blocker.BeginTransactionAsync();
            await blocker.ExecuteAsync("SELECT FROM books.payments WHERE order_id = ANY (@keys) FOR UPDATE", new { keys }, transaction);
            // Both may be in one transaction (docs/decisions/0020).
            await UntilBlockedAsync(1);
            await crash.CrashAsync(() => transaction.RollbackAsync());
        }
        Assert.All(await Task.WhenAll(cut), Assert.Null);
        await BothEndWithOneChargeAsync("unsettled");
    }

    [Fact]
    public async Task I22_killed_when_it_is_settled()
    {
        await CrashWhenAsync("settled", async key =>
            await crash.ScalarAsync<int>("SELECT count(*) FROM books.idempotency_keys WHERE key = @key AND status IS NOT NULL", new { key }) == 1);
        await BothEndWithOneChargeAsync("settled");
    }

    private async Task CrashWhenAsync(string name, Func<string, Task<bool>> point)
    {
        string[] keys = [$"{name}-asks", $"{name}-leaves"];
        var cut = keys.Select(crash.CreateAsync).ToList();
        foreach (var key in keys) await Eventually.Async(() => point(key), CrashFixture.Soon);
        await crash.CrashAsync();
        await Task.WhenAll(cut);
    }

    private async Task BothEndWithOneChargeAsync(string name)
    {
        Assert.Equal(HttpStatusCode.Created, await AskUntilDefiniteAsync($"{name}-asks"));
        await Eventually.Async(async () => await crash.StatusAsync($"{name}-leaves") == "AUTHORIZED", CrashFixture.Soon);
        Assert.Equal("AUTHORIZED", await crash.StatusAsync($"{name}-asks"));
        Assert.Equal((1, 1), (await crash.ChargesAsync($"{name}-asks"), await crash.ChargesAsync($"{name}-leaves")));

        // Whoever asks in the end gets the answer too.
        Assert.Equal(HttpStatusCode.Created, await AskUntilDefiniteAsync($"{name}-leaves"));
        Assert.Equal((1, 1), (await crash.ChargesAsync($"{name}-asks"), await crash.ChargesAsync($"{name}-leaves")));
    }

    private async Task<HttpStatusCode> AskUntilDefiniteAsync(string key)
    {
        var status = default(HttpStatusCode);
        await Eventually.Async(
            async () => (status = (await crash.AskAsync(key)).Status) is not (HttpStatusCode.Conflict or HttpStatusCode.Accepted),
            CrashFixture.Soon);
        return status;
    }

    private Task UntilBlockedAsync(int sessions) => Eventually.Async(
        async () => await crash.ScalarAsync<int>(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") >= sessions,
        CrashFixture.Soon);
}
