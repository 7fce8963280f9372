using System.Net;
using System.Text;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Every verdict has its answer, and only an authentic one leaves a record.</summary>
public sealed class AnswerTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private readonly IngressServer _server = fixture.Server;

    [Fact]
    public async Task What_is_authentic_is_answered_200_with_the_words_its_gateway_wants()
    {
        var body = Unique();
        var response = await SendAsync("authentic", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("[accepted]", await response.Content.ReadAsStringAsync());
        Assert.Equal("default/acme-payment-1", (await _server.RecordOfAsync("acme", body)).Key);
    }

    [Theory]
    [InlineData("not authentic", 401, "not_authentic", false)]
    [InlineData("malformed", 400, "malformed", false)]
    [InlineData("too many", 413, "too_many_items", false)]
    [InlineData("unavailable", 503, "temporarily_unavailable", true)]
    public async Task What_is_not_authentic_is_answered_by_its_kind_and_leaves_nothing(string verdict, int status, string code, bool again)
    {
        var body = Unique();
        var response = await SendAsync(verdict, body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains($"\"code\":\"{code}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(again, response.Headers.RetryAfter is not null);
        await _server.NothingKeptAsync("acme", body);
    }

    [Fact]
    public async Task A_defect_in_a_check_is_a_500_and_never_a_200()
    {
        var body = Unique();
        var response = await SendAsync("throws", body);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("defect", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await _server.NothingKeptAsync("acme", body);
    }

    [Fact]
    public async Task Keys_that_a_log_would_refuse_do_not_block_the_gateways_queue()
    {
        var body = Unique();
        var response = await SendAsync("odd key", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var record = await _server.RecordOfAsync("acme", body);
        Assert.StartsWith("default/sha256-", record.Key, StringComparison.Ordinal);
        Assert.StartsWith("sha256-", record.Header("event-key"), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string verdict, byte[] body)
    {
        var request = StripeWebhook.Request(body, "/webhooks/acme");
        request.Headers.Add("Acme-Verdict", verdict);
        return _server.Http.SendAsync(request);
    }

    private static byte[] Unique() => Encoding.UTF8.GetBytes($$"""{"n":"{{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}}"}""");
}
