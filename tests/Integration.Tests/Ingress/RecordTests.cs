using System.Diagnostics;
using System.Globalization;
using System.Net;
using PaymentPipeline.EventLog;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>What lies in the log after a 200: the bytes as sent, and what ingress noted beside them.</summary>
public sealed class RecordTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallersSpan = "00f067aa0ba902b7";
    private readonly IngressServer _server = fixture.Server;

    [Fact]
    public async Task A_record_holds_the_bytes_as_sent_and_where_they_came_from()
    {
        var before = TimeProvider.System.GetUtcNow();
        var body = StripeWebhook.Body();

        var response = await _server.Http.SendAsync(StripeWebhook.Request(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        var record = await _server.RecordOfAsync("stripe", body);
        Assert.Equal("stripe", record.Header(LogHeaders.Gateway));
        Assert.Equal("default", record.Header(LogHeaders.Account));
        Assert.StartsWith("evt_test_", record.Header(LogHeaders.EventKey), StringComparison.Ordinal);
        Assert.Equal("secret-0", record.Header(LogHeaders.SecretId));
        Assert.StartsWith("default/pi_test_", record.Key, StringComparison.Ordinal);
        var receivedAt = DateTimeOffset.Parse(record.Header(LogHeaders.ReceivedAt)!, CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.Zero, receivedAt.Offset);
        Assert.InRange(receivedAt, before.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));
        Assert.Null(record.Header(LogHeaders.DeliveryId));
    }

    [Fact]
    public async Task The_delivery_id_of_a_verdict_goes_with_the_record()
    {
        var body = StripeWebhook.Body();
        var request = StripeWebhook.Request(body, "/webhooks/acme");
        request.Headers.Add("Acme-Verdict", "authentic");

        await _server.Http.SendAsync(request);

        Assert.Equal("acme-delivery-1", (await _server.RecordOfAsync("acme", body)).Header(LogHeaders.DeliveryId));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    public async Task The_callers_trace_is_continued_in_the_record(string flags)
    {
        var traceParent = await TraceParentOfAsync($"00-{Trace}-{CallersSpan}-{flags}");

        Assert.StartsWith($"00-{Trace}-", traceParent, StringComparison.Ordinal);
        Assert.DoesNotContain(CallersSpan, traceParent, StringComparison.Ordinal);
        Assert.EndsWith("-" + flags, traceParent, StringComparison.Ordinal);
        Assert.True(ActivityContext.TryParse(traceParent, null, out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    public async Task Without_a_valid_trace_a_new_one_begins(string? sent)
    {
        var traceParent = await TraceParentOfAsync(sent);

        Assert.True(ActivityContext.TryParse(traceParent, null, out var context), traceParent);
        Assert.NotEqual(Trace, context.TraceId.ToHexString());
        Assert.NotEqual(default, context.TraceId);
    }

    [Fact]
    public async Task Parallel_webhooks_keep_their_own_bytes()
    {
        // Buffers are pooled: a buffer given back too early would show here as another request's bytes.
        var bodies = Enumerable.Range(0, 400).Select(n => StripeWebhook.Body(padding: n * 37 % 9000)).ToArray();

        var responses = await Task.WhenAll(bodies.Select(body => _server.Http.SendAsync(StripeWebhook.Request(body))));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        var kept = (await _server.RecordsAsync("stripe")).Select(record => Convert.ToHexString(record.Value.Span)).ToHashSet();
        Assert.All(bodies, body => Assert.Contains(Convert.ToHexString(body), kept));
    }

    [Fact]
    public async Task What_came_was_taken_or_refused_is_counted()
    {
        await _server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body()));
        await _server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body(), signature: "t=1,v1=00"));

        var metrics = await _server.Http.GetStringAsync("/metrics");

        Assert.Contains("paymentpipeline_ingress_webhooks_received_total{gateway=\"stripe\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("paymentpipeline_ingress_webhooks_accepted_total{gateway=\"stripe\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("paymentpipeline_ingress_webhooks_refused_total{gateway=\"stripe\",reason=\"", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "paymentpipeline_ingress_secret_used_total{account=\"default\",gateway=\"stripe\",secret=\"secret-0\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("paymentpipeline_ingress_append_duration_seconds_bucket{le=\"0.001\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("paymentpipeline_ingress_requests_in_flight ", metrics, StringComparison.Ordinal);
    }

    private async Task<string> TraceParentOfAsync(string? sent)
    {
        var body = StripeWebhook.Body();
        var request = StripeWebhook.Request(body);
        if (sent is not null) request.Headers.TryAddWithoutValidation("traceparent", sent);
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.SendAsync(request)).StatusCode);
        return (await _server.RecordOfAsync("stripe", body)).Header(LogHeaders.TraceParent)!;
    }
}
