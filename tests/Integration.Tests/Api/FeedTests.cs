using System.Globalization;
using System.Net;
using System.Text.Json;
using PaymentPipeline.Client;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Integration.Tests.Storage;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary><c>GET /v1/events</c> as its readers see it. That a position skips nothing is shown in EventFeedTests.</summary>
public sealed class FeedTests : IAsyncLifetime
{
    private static readonly TimeSpan soon = TimeSpan.FromSeconds(30);
    private readonly Books _books = new();
    private ApiServer _api = null!;
    private int _number;

    public async Task InitializeAsync()
    {
        await _books.InitializeAsync();
        _api = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _books.DisposeAsync();
    }

    [Fact]
    public async Task Pages_follow_each_other_by_their_cursor()
    {
        await TellAsync(5);

        var first = await _api.GetAsync("/v1/events?limit=4");
        var second = await _api.GetAsync($"/v1/events?limit=100&after={Cursor(first)}");

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(4, Count(first));
        Assert.True(first.Json.GetProperty("hasMore").GetBoolean());
        Assert.False(second.Json.GetProperty("hasMore").GetBoolean());
        Assert.Equal(await _books.ScalarAsync<long>("SELECT count(*) FROM books.transitions"), Count(first) + Count(second));
        Assert.Equal("1.0", first.Json.GetProperty("events")[0].GetProperty("specversion").GetString());
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_the_next_event()
    {
        var newest = Cursor(await _api.GetAsync("/v1/events?after=latest"));
        var waiting = _api.GetAsync($"/v1/events?after={newest}&wait=30");
        await TellAsync(1);

        var page = await waiting.WaitAsync(soon);

        Assert.NotEqual(0, Count(page));
    }

    [Fact]
    public async Task H122_a_cursor_that_is_forged_or_too_old_is_refused_with_what_to_do()
    {
        await TellAsync(3);
        while (await new EventFeed(_books.Database).ForgetAsync(TimeProvider.System.GetUtcNow().AddMinutes(1), 1, default)) await TellAsync(0);

        foreach (var forged in new[] { "99999", "-1", "1e3", "0x10", "99999999999999999999", "%27" })
            Assert.Equal("cursor_invalid", (await _api.GetAsync($"/v1/events?after={forged}")).Code);
        Assert.Equal("cursor_expired", (await _api.GetAsync("/v1/events?after=0")).Code);
        Assert.Equal("invalid_parameter", (await _api.GetAsync("/v1/events?limit=1000000000")).Code);
        Assert.Equal("invalid_parameter", (await _api.GetAsync("/v1/events?types=Nonsense")).Code);
        Assert.Equal("invalid_parameter", (await _api.GetAsync("/v1/events?limit=1&limit=2")).Code);
        Assert.Equal("invalid_parameter", (await _api.GetAsync("/v1/events?from=1")).Code);
    }

    [Fact]
    public async Task H104_another_tenant_sees_no_event()
    {
        await TellAsync(2);

        var page = await _api.GetAsync("/v1/events", _api.Tokens.Good(tenant: "another"));

        Assert.Equal(0, Count(page));
    }

    [Fact]
    public async Task A_stream_goes_on_where_it_was_after_the_api_was_restarted()
    {
        await TellAsync(3);
        using var http = new HttpClient(new ToNewestAddress(() => _api.Address)) { BaseAddress = _api.Address };
        var client = new PaymentPipelineClient(http, _ => new(_api.Tokens.Good()));
        using var stop = new CancellationTokenSource();
        var seen = new List<string>();
        var reading = Task.Run(async () =>
        {
            await foreach (var fed in client.Events.StreamAsync(null, stop.Token))
                lock (seen) seen.Add(fed.Event.Id);
        });
        await Eventually.Async(() => Task.FromResult(Seen() >= 3), soon);

        var before = _api;
        _api = await StartAsync();
        await before.DisposeAsync();
        await TellAsync(3);
        var told = await _books.ScalarAsync<long>("SELECT count(*) FROM books.transitions");
        await Eventually.Async(() => Task.FromResult(Seen() >= told), soon);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        Assert.Equal((int)told, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());

        int Seen()
        {
            lock (seen) return seen.Count;
        }
    }

    [Fact]
    public async Task H97_a_stream_ends_with_the_token_that_it_was_opened_with()
    {
        await using var strict = await StartAsync("--Auth:ClockSkewSeconds=0");
        var claims = Tokens.Claims();
        var expires = (long)claims["iat"]! + 6;
        claims["exp"] = expires;
        var token = strict.Tokens.Sign(Tokens.Header(), claims);
        await TellAsync(1);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Accept.ParseAdd("text/event-stream");
        var told = await (await strict.Http.SendAsync(request)).Content.ReadAsStringAsync().WaitAsync(soon);

        Assert.True(TimeProvider.System.GetUtcNow() >= DateTimeOffset.FromUnixTimeSeconds(expires));
        Assert.Contains("\nevent: ", told, StringComparison.Ordinal);
        Assert.EndsWith("\n\n: the token has expired\n\n", told, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await strict.GetAsync("/v1/events", token)).Status);
        // The id before it is where a reader with a new token goes on.
        var last = told.Split('\n').Last(line => line.StartsWith("id: ", StringComparison.Ordinal))[4..];
        Assert.Equal(last, (await strict.GetAsync("/v1/events?after=latest")).Json.GetProperty("cursor").GetString());
    }

    [Fact]
    public async Task Too_many_waiting_readers_are_asked_to_come_back()
    {
        await using var small = await StartAsync("--Events:WaitersMax=1");
        Task<ApiAnswer>[] readers = [small.GetAsync("/v1/events?wait=60"), small.GetAsync("/v1/events?wait=60")];
        var refused = await Task.WhenAny(readers).WaitAsync(soon);
        Assert.Equal("unavailable", (await refused).Code);

        await TellAsync(1);

        Assert.Equal(HttpStatusCode.OK, (await readers.Single(reader => reader != refused).WaitAsync(soon)).Status);
    }

    private Task<ApiServer> StartAsync(params string[] settings) =>
        ApiServer.StartAsync(_books.ConnectionString, settings: ["--Gateways:Stripe:Tenant=default", .. settings]);

    /// <summary>So many payments are captured, and everything staged is published.</summary>
    private async Task TellAsync(int payments)
    {
        for (var i = 0; i < payments; i++, _number++)
            await _books.CommitAsync(
                $"evt_{_number}",
                Books.Fact(FactKind.Captured, $"pi_{_number}", $"c_{_number}", 100) with { OrderId = $"order-{_number}" });
        var outbox = new OutboxStore(_books.Database);
        var leases = await outbox.AcquireAsync("relay", soon, default);
        while (await outbox.ReadAsync(leases, 100, default) is { Count: > 0 } messages)
            await outbox.MoveToFeedAsync("relay", leases, messages, default);
    }

    private static int Count(ApiAnswer page) => page.Json.GetProperty("events").GetArrayLength();

    private static string Cursor(ApiAnswer page)
    {
        var cursor = page.Json.GetProperty("cursor").GetString()!;
        Assert.Equal(long.Parse(cursor, CultureInfo.InvariantCulture), Count(page));
        return cursor;
    }

    /// <summary>What a load balancer does: requests go to the instance that runs.</summary>
    private sealed class ToNewestAddress(Func<Uri> address) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address(), request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
