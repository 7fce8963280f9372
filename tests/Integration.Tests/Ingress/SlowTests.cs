using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Callers who take their time, and more of them than we hold.</summary>
public sealed class SlowTests
{
    [Fact]
    public async Task H74_headers_that_trickle_end_the_connection()
    {
        await using var server = await IngressServer.StartAsync(await IngressFixture.DatabaseAsync(), "--Ingress:HeadersTimeoutSeconds=1");
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync("POST /webhooks/stripe HTTP/1.1\r\nHo");
        var started = Stopwatch.GetTimestamp();

        Assert.Equal([408], await connection.StatusesToEndAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.5, 5);
    }

    [Fact]
    public async Task H75_a_body_that_does_not_come_is_408()
    {
        await using var server = await IngressServer.StartReadyAsync(await IngressFixture.DatabaseAsync(), "--Ingress:BodyTimeoutSeconds=1");
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(StripeWebhook.Head(body));
        await connection.SendAsync(body[..50]);
        var started = Stopwatch.GetTimestamp();

        var response = Assert.IsType<RawResponse>(await connection.ReadAsync());

        Assert.Equal(408, response.Status);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.5, 4);
        Assert.True(response.Closes);
        await server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H75_a_body_below_240_bytes_a_second_is_408_though_it_keeps_coming()
    {
        await using var server = await IngressServer.StartReadyAsync(await IngressFixture.DatabaseAsync(), "--Ingress:BodyTimeoutSeconds=60");
        var body = StripeWebhook.Body(padding: 5000);
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync(StripeWebhook.Head(body));
        var answer = connection.ReadAsync();
        for (var sent = 0; !answer.IsCompleted && sent < 150; sent++)
        {
            await connection.TrySendAsync([body[sent]]);
            await Task.WhenAny(answer, Task.Delay(100));
        }

        Assert.Equal(408, (await answer)?.Status);
        await server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H76_connections_beyond_the_cap_are_closed_and_the_others_served()
    {
        await using var server = await IngressServer.StartReadyAsync(
            await IngressFixture.DatabaseAsync(), "--Ingress:MaxConnections=20");
        var idle = new List<RawConnection>();
        try
        {
            for (var n = 0; n < 40; n++) idle.Add(await RawConnection.OpenAsync(server.Address));
            // Which of them is a matter of which thread counts first.
            await Eventually.Async(() => idle.Count(one => one.HasEnded) >= 20, TimeSpan.FromSeconds(20));

            var body = StripeWebhook.Body();
            Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(StripeWebhook.Request(body))).StatusCode);
            var kept = idle.First(one => !one.HasEnded);
            await kept.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.Equal(200, (await kept.ReadAsync())?.Status);
        }
        finally
        {
            foreach (var connection in idle) connection.Dispose();
        }
    }

    [Fact]
    public async Task A_caller_who_sends_slowly_takes_nobodys_turn()
    {
        await using var server = await IngressServer.StartReadyAsync(await IngressFixture.DatabaseAsync(), "--Ingress:MaxInFlight=1");
        using var slow = await RawConnection.OpenAsync(server.Address);
        await slow.SendAsync(StripeWebhook.Head(StripeWebhook.Body()) + "{");

        var response = await server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body()));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_limits_of_the_server_are_those_of_the_design()
    {
        await using var server = await IngressServer.StartAsync(await IngressFixture.DatabaseAsync());
        var limits = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.Equal(256 * 1024, limits.MaxRequestBodySize);
        Assert.Equal(100, limits.MaxRequestHeaderCount);
        Assert.Equal(32 * 1024, limits.MaxRequestHeadersTotalSize);
        Assert.Equal(TimeSpan.FromSeconds(10), limits.RequestHeadersTimeout);
        Assert.Equal(240, limits.MinRequestBodyDataRate!.BytesPerSecond);
        Assert.Equal(10_000, limits.MaxConcurrentConnections);
        Assert.Equal(TimeSpan.FromSeconds(75), limits.KeepAliveTimeout);
    }
}
