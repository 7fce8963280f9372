using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Http;

public sealed class GatewayHttpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_answer_comes_with_status_body_and_headers()
    {
        await using var server = await ScriptedServer.StartAsync(404, """{"a":1}""", ("Request-Id", "req_1"));
        using var line = LineUnderTest.To(server.Address);

        var reply = await line.PostAsync();

        Assert.Equal((404, """{"a":1}""", "req_1"), (reply.Status, Encoding.UTF8.GetString(reply.Body.Span), reply.Headers["request-id"]));
        Assert.Null(reply.Failure);
        Assert.False(reply.MayHaveHappened);
        Assert.NotNull(reply.Date);
        Assert.Equal("a=1", Encoding.UTF8.GetString(Assert.Single(server.Requests).Body.Span));
    }

    [Fact]
    public async Task F28_a_gateway_that_does_not_answer_leaves_an_unknown_outcome_in_time()
    {
        await using var server = await ScriptedServer.StartAsync(
            (context, number) => number == 1 ? context.AnswerAsync(200, "{}") : context.NeverAnswerAsync());
        using var line = LineUnderTest.To(server.Address, options => (options.TryTimeoutMs, options.CallTimeoutMs) = (1_000, 3_000));
        // The first call of a process takes its time.
        await line.PostAsync();
        var started = Stopwatch.GetTimestamp();

        var reply = await line.PostAsync();

        Assert.Equal(("timeout", true), (reply.Failure?.Code, reply.MayHaveHappened));
        Assert.Equal(GatewayOutcome.Unknown, reply.ToFailedReply().Outcome);
        Assert.InRange(server.Requests.Count, 3, 5);
        Assert.True(Stopwatch.GetElapsedTime(started) < Limit);
    }

    [Fact]
    public async Task F28_a_body_that_drips_is_cut_by_the_same_time()
    {
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await context.NeverAnswerAsync();
        });
        using var line = LineUnderTest.To(server.Address, options => options.TryTimeoutMs = 2_000);

        var reply = await line.PostAsync(GatewayRetry.Never);

        Assert.Equal(("timeout", true), (reply.Failure?.Code, reply.MayHaveHappened));
    }

    [Theory]
    [InlineData(500), InlineData(502), InlineData(503), InlineData(409), InlineData(429)]
    public async Task F30_what_passes_is_tried_again(int status)
    {
        await using var server = await ScriptedServer.StartAsync(
            (context, number) => context.AnswerAsync(number < 3 ? status : 200, "{}"));
        using var line = LineUnderTest.To(server.Address);

        var reply = await line.PostAsync();

        Assert.Equal((200, 3), (reply.Status, server.Requests.Count));
        Assert.True(reply.IsSuccess);
    }

    [Theory]
    [InlineData(500, GatewayOutcome.Unknown, "gateway_error"), InlineData(502, GatewayOutcome.Unknown, "gateway_error")]
    [InlineData(429, GatewayOutcome.NotDone, "rate_limited")]
    public async Task F30_what_does_not_pass_ends_with_what_is_certain(int status, GatewayOutcome outcome, string code)
    {
        await using var server = await ScriptedServer.StartAsync(status, "<html>", ("Content-Type", "text/html"));
        using var line = LineUnderTest.To(server.Address);

        var reply = (await line.PostAsync()).ToFailedReply();

        Assert.Equal((outcome, code, 4), (reply.Outcome, reply.Failure?.Code, server.Requests.Count));
    }

    [Fact]
    public async Task F30_a_call_without_a_key_is_sent_once()
    {
        await using var server = await ScriptedServer.StartAsync(500);
        using var line = LineUnderTest.To(server.Address);

        await line.PostAsync(GatewayRetry.Never);

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task F30_the_pause_that_the_gateway_asks_for_is_kept()
    {
        var times = new List<long>();
        await using var server = await ScriptedServer.StartAsync((context, number) =>
        {
            times.Add(Stopwatch.GetTimestamp());
            return number == 1 ? context.AnswerAsync(429, "{}", ("Retry-After", "1")) : context.AnswerAsync(200, "{}");
        });
        using var line = LineUnderTest.To(server.Address);

        Assert.True((await line.PostAsync()).IsSuccess);

        Assert.True(Stopwatch.GetElapsedTime(times[0], times[1]) >= TimeSpan.FromMilliseconds(950));
    }

    [Fact]
    public async Task F30_a_longer_pause_than_we_wait_is_handed_on()
    {
        await using var server = await ScriptedServer.StartAsync(429, "{}", ("Retry-After", "3600"));
        using var line = LineUnderTest.To(server.Address);

        var reply = (await line.PostAsync()).ToFailedReply();

        Assert.Equal((GatewayOutcome.NotDone, TimeSpan.FromHours(1)), (reply.Outcome, reply.RetryAfter));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(500, "false", 1), InlineData(409, "false", 1), InlineData(400, "true", 4)]
    public async Task F30_the_gateways_own_word_on_trying_again_wins(int status, string word, int tries)
    {
        await using var server = await ScriptedServer.StartAsync(status, "{}", ("Stripe-Should-Retry", word));
        using var line = LineUnderTest.To(server.Address);

        await line.PostAsync();

        Assert.Equal(tries, server.Requests.Count);
    }

    [Fact]
    public async Task Nothing_was_sent_to_a_gateway_that_cannot_be_reached()
    {
        using var line = LineUnderTest.To(new Uri($"http://127.0.0.1:{FreePort()}"));
        using var lost = LineUnderTest.To(new Uri("https://gateway.invalid"));

        var reply = (await line.PostAsync()).ToFailedReply();
        var unknownHost = (await lost.PostAsync(GatewayRetry.Never)).ToFailedReply();

        Assert.Equal((GatewayOutcome.NotDone, "unreachable"), (reply.Outcome, reply.Failure?.Code));
        Assert.Equal((GatewayOutcome.NotDone, "unreachable"), (unknownHost.Outcome, unknownHost.Failure?.Code));
    }

    [Fact]
    public async Task F29_a_connection_cut_after_sending_may_have_had_its_effect()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var line = LineUnderTest.To(server.Address);

        var reply = (await line.PostAsync()).ToFailedReply();

        Assert.Equal((GatewayOutcome.Unknown, "unreachable"), (reply.Outcome, reply.Failure?.Code));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task F29_a_later_try_that_certainly_failed_does_not_make_an_earlier_one_certain()
    {
        await using var server = await ScriptedServer.StartAsync(
            (context, number) => context.AnswerAsync(number == 1 ? 500 : 429, "{}"));
        using var line = LineUnderTest.To(server.Address);

        var reply = (await line.PostAsync()).ToFailedReply();

        Assert.Equal((GatewayOutcome.Unknown, "rate_limited"), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task A_caller_that_gives_up_after_sending_learns_that_it_may_have_happened()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => context.NeverAnswerAsync());
        using var line = LineUnderTest.To(server.Address);
        using var caller = new CancellationTokenSource();

        var call = line.PostAsync(cancellationToken: caller.Token);
        await Eventually.Async(() => server.Requests.Count == 1, Limit);
        await caller.CancelAsync();

        var reply = (await call).ToFailedReply();
        Assert.Equal((GatewayOutcome.Unknown, "timeout"), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task A_caller_that_gave_up_before_sending_learns_that_nothing_happened()
    {
        await using var server = await ScriptedServer.StartAsync(200);
        using var line = LineUnderTest.To(server.Address);

        var reply = (await line.PostAsync(cancellationToken: new CancellationToken(canceled: true))).ToFailedReply();

        Assert.Equal(GatewayOutcome.NotDone, reply.Outcome);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("//127.0.0.2/v1"), InlineData("http://127.0.0.2/v1"), InlineData("@127.0.0.2"), InlineData("v1"), InlineData("")]
    [InlineData("/v1/../v2"), InlineData("/v1/%2e%2E/v2"), InlineData("/v1/.")]
    public async Task Nothing_but_a_path_of_the_gateway_is_ever_asked(string path)
    {
        await using var server = await ScriptedServer.StartAsync(200);
        using var line = LineUnderTest.To(server.Address);

        var problem = await Record.ExceptionAsync(() => line.GetAsync(path));

        Assert.True(problem is InvalidOperationException || server.Requests.All(request => request.Path == path), path);
    }

    [Theory]
    [InlineData("https://api.stripe.com", true), InlineData("https://api.stripe.com/prefix/", true)]
    [InlineData("http://127.0.0.1:8083", true), InlineData("http://localhost:8083", true), InlineData("http://simulator:8083", true)]
    [InlineData("http://api.stripe.com", false), InlineData("http://10.0.0.1", false), InlineData("https://u:p@api.stripe.com", false)]
    [InlineData("https://api.stripe.com?a=b", false), InlineData("ftp://api.stripe.com", false), InlineData("api.stripe.com", false)]
    public void Calls_go_over_https_unless_the_gateway_is_a_neighbour(string text, bool isTaken) =>
        Assert.Equal(isTaken, GatewayOrigin.TryRead(text, out _));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
