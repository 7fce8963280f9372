using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Only the exact address of a configured account, by POST, reaches a check of signatures.</summary>
public sealed class AddressTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private readonly IngressServer _server = fixture.Server;

    [Theory]
    [InlineData("/webhooks/mock")]
    [InlineData("/webhooks/unknown")]
    [InlineData("/webhooks/__proto__")]
    [InlineData("/webhooks/../stripe")]
    [InlineData("/webhooks/")]
    [InlineData("/webhooks")]
    [InlineData("/webhooks/stripe/nobody")]
    [InlineData("/webhooks/stripe/default")]
    public Task H60_an_unknown_gateway_or_account_is_404(string path) => Is404(path);

    [Theory]
    [InlineData("//webhooks/stripe")]
    [InlineData("/webhooks//stripe")]
    [InlineData("/webhooks/stripe/")]
    [InlineData("/webhooks/%2e%2e/webhooks/stripe")]
    [InlineData("/x/%2e%2e/webhooks/stripe")]
    [InlineData("/x/../webhooks/stripe")]
    [InlineData("/webhooks/./stripe")]
    [InlineData("/webhooks/%73tripe")]
    [InlineData("/%77ebhooks/stripe")]
    [InlineData("/webhooks/stripe;a")]
    [InlineData("/webhooks;a/stripe")]
    [InlineData("/webhooks/Stripe")]
    [InlineData("/WEBHOOKS/stripe")]
    [InlineData("/webhooks/stripe/Branch")]
    [InlineData("/webhooks/stripe%00")]
    [InlineData("/webhooks/stripe%2fbranch")]
    [InlineData("/webhooks\\stripe")]
    [InlineData("http://localhost/webhooks/stripe")]
    public Task H80_another_spelling_of_the_address_is_404(string path) => Is404(path);

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    [InlineData("post")]
    public async Task H79_another_method_is_405_and_says_which_is_allowed(string method)
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body).Replace("POST", method, StringComparison.Ordinal));
        await connection.SendAsync(body);

        var response = Assert.IsType<RawResponse>(await connection.ReadAsync());

        Assert.Equal(405, response.Status);
        Assert.Equal("POST", response.Headers["Allow"]);
        await _server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H81_a_foreign_host_is_400_where_hosts_are_named()
    {
        await using var strict = await IngressServer.StartAsync(
            await IngressFixture.DatabaseAsync(), "--AllowedHosts=hooks.example.com;127.0.0.1");
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(strict.Address);
        await connection.SendAsync(StripeWebhook.Head(body).Replace("Host: localhost", "Host: evil.example", StringComparison.Ordinal));
        await connection.SendAsync(body);

        Assert.Equal(400, (await connection.ReadAsync())?.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host: a\r\nHost: b\r\n")]
    [InlineData("Host: a b\r\n")]
    public async Task H81_no_host_two_hosts_or_an_impossible_one_is_400(string host)
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body).Replace("Host: localhost\r\n", host, StringComparison.Ordinal));
        await connection.TrySendAsync(body);

        Assert.Equal([400], await connection.StatusesToEndAsync());
        await _server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H82_forwarded_headers_of_a_stranger_change_nothing()
    {
        var body = StripeWebhook.Body();
        var request = StripeWebhook.Request(body);
        request.Headers.Add("X-Forwarded-For", "10.0.0.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Original-URL", "/webhooks/acme");

        Assert.Equal(HttpStatusCode.OK, (await _server.Http.SendAsync(request)).StatusCode);
        var record = await _server.RecordOfAsync("stripe", body);
        Assert.DoesNotContain(record.Headers, header => header.Value.Contains("10.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_query_is_ignored_and_an_account_has_its_own_secrets()
    {
        var own = StripeWebhook.Body();
        var other = StripeWebhook.Body();

        var ofBranch = await _server.Http.SendAsync(StripeWebhook.Request(
            own, "/webhooks/stripe/branch?from=here", StripeWebhook.Sign(own, "whsec_another_account_of_the_tests_0001")));
        var withForeignSecret = await _server.Http.SendAsync(StripeWebhook.Request(other, "/webhooks/stripe/branch"));

        Assert.Equal(HttpStatusCode.OK, ofBranch.StatusCode);
        var record = await _server.RecordOfAsync("stripe", own);
        Assert.Equal("branch", record.Header("account"));
        Assert.StartsWith("branch/", record.Key, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, withForeignSecret.StatusCode);
        await _server.NothingKeptAsync("stripe", other);
    }

    private async Task Is404(string path)
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body, path: path));
        await connection.TrySendAsync(body);

        var response = Assert.IsType<RawResponse>(await connection.ReadAsync());

        // The server itself refuses what is no path at all ("%00") as malformed; nothing reaches a gateway either way.
        Assert.Contains(response.Status, path.Contains("%00", StringComparison.Ordinal) ? [400, 404] : new[] { 404 });
        await _server.NothingKeptAsync("stripe", body);
    }
}
