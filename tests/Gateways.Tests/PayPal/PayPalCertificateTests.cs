using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalFixture;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalCertificateTests : IDisposable
{
    private static readonly PayPalAuthority Authority = PayPalAuthority.Shared;
    private static readonly PayPalLeaf Genuine = Authority.Leaf();
    private readonly PayPalFixture _paypal = new();

    public void Dispose() => _paypal.Dispose();

    [Theory]
    [InlineData("http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://169.254.169.254/v1/notifications/certs/CERT-1")]
    [InlineData("https://169.254.169.254/")]
    [InlineData("https://api.paypal.com.evil.tld/v1/notifications/certs/CERT-1")]
    [InlineData("https://api.paypal.com@evil.tld/v1/notifications/certs/CERT-1")]
    [InlineData("https://user@api.paypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("https://evil.tld/#.paypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("https://evil.tld/v1/notifications/certs/CERT-1?api.paypal.com")]
    [InlineData("https://api.paypal.com:8443/v1/notifications/certs/CERT-1")]
    [InlineData("https://api.paypal.com:443/v1/notifications/certs/CERT-1")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/")]
    [InlineData("https://api.paypal.com/v1/notifications/certs")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/../webhooks")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/..")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/%2e%2e/webhooks")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/a%2fb")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/a/b")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/a\\b")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/CERT-1?x")]
    [InlineData("https://api.paypal.com/v1/notifications/certs/CERT-1#x")]
    [InlineData("https://api.paypal.com/v1/notifications/CERT-1")]
    [InlineData("https://api.paypal.com//v1/notifications/certs/CERT-1")]
    [InlineData("https://api.paypal.com/V1/notifications/certs/CERT-1")]
    [InlineData("https://api.paypal.com./v1/notifications/certs/CERT-1")]
    [InlineData("https://xn--api-paypal-com/v1/notifications/certs/CERT-1")]
    [InlineData("https://api.p\u0430ypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("https:\\\\api.paypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("//api.paypal.com/v1/notifications/certs/CERT-1")]
    [InlineData("https://paypal.com/v1/notifications/certs/CERT-1")]
    public async Task H41_to_H48_H51_an_address_that_is_not_allowed_is_never_fetched(string address)
    {
        var verdict = await _paypal.Deliver(Genuine, address);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, verdict.Kind);
        Assert.Equal(0, _paypal.Web.Fetches);
    }

    [Theory]
    [InlineData("api.paypal.com", PayPalAuthority.Live)]
    [InlineData("api-m.paypal.com", PayPalAuthority.Live)]
    [InlineData("api.sandbox.paypal.com", PayPalAuthority.Sandbox)]
    [InlineData("api-m.sandbox.paypal.com", PayPalAuthority.Sandbox)]
    public async Task Each_host_of_PayPal_signs_for_its_own_environment_only(string host, string name)
    {
        var address = $"https://{host}/v1/notifications/certs/CERT-1";
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Authority.Leaf("CN=" + name), address)).Kind);

        using var other = new PayPalFixture();
        var otherName = name == PayPalAuthority.Live ? PayPalAuthority.Sandbox : PayPalAuthority.Live;
        Assert.Equal("certificate", (await other.Deliver(Authority.Leaf("CN=" + otherName), address)).Reason);
    }

    [Fact]
    public async Task Only_configured_hosts_are_allowed_once_any_is_configured()
    {
        using var live = new PayPalFixture(more: ("CertificateHosts:0", "api.paypal.com"));
        Assert.Equal("certificate_address", (await live.Deliver(Genuine)).Reason);
    }

    [Fact]
    public async Task H54_a_chain_to_another_root_is_not_authentic()
    {
        var other = new PayPalAuthority();
        Assert.Equal("certificate", (await _paypal.Deliver(other.Leaf())).Reason);
        using var again = new PayPalFixture();
        var leaf = other.Leaf();
        var whole = leaf with { Pem = $"{leaf.Pem}\n{other.IntermediatePem}\n{other.RootPem}" };
        Assert.Equal("certificate", (await again.Deliver(whole)).Reason);
    }

    [Fact]
    public async Task H54_a_self_signed_certificate_is_not_authentic() =>
        Assert.Equal("certificate", (await _paypal.Deliver(PayPalAuthority.SelfSigned())).Reason);

    [Fact]
    public async Task A_chain_through_a_certificate_that_is_no_authority_is_not_authentic()
    {
        var authority = new PayPalAuthority(intermediateIsAuthority: false);
        using var paypal = new PayPalFixture(authority: authority);
        Assert.Equal("certificate", (await paypal.Deliver(authority.Leaf())).Reason);
    }

    [Fact]
    public async Task An_intermediate_in_the_document_completes_the_chain()
    {
        using var paypal = new PayPalFixture(more: ("Intermediates:0", Authority.RootPem));
        Assert.Equal("certificate", (await paypal.Deliver(Genuine)).Reason);
        var whole = Genuine with { Pem = $"{Genuine.Pem}\n{Authority.IntermediatePem}" };
        Assert.Equal(WebhookVerdictKind.Authentic, (await paypal.Deliver(whole, Folder + "CERT-2")).Kind);
    }

    [Fact]
    public async Task H55_a_certificate_counts_from_its_first_day_to_its_last()
    {
        var leaf = Authority.Leaf(from: PayPalAuthority.Now.AddDays(1), until: PayPalAuthority.Now.AddDays(10));
        Assert.Equal("certificate", (await _paypal.Deliver(leaf)).Reason);
        _paypal.UnderTest.Clock.Now = PayPalAuthority.Now.AddDays(2);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(leaf)).Kind);
        _paypal.UnderTest.Clock.Now = PayPalAuthority.Now.AddDays(11);
        Assert.Equal("certificate", (await _paypal.Deliver(leaf)).Reason);
    }

    [Theory]
    [InlineData("CN=www.example.com")]
    [InlineData("OU=CN\\=messageverificationcerts.sandbox.paypal.com, CN=www.example.com")]
    [InlineData("OU=messageverificationcerts.sandbox.paypal.com")]
    [InlineData("CN=messageverificationcerts.sandbox.paypal.com.evil.tld")]
    [InlineData("CN=evil-messageverificationcerts.sandbox.paypal.com")]
    [InlineData("CN=messageverificationcerts.sandbox.paypal.com, CN=www.example.com")]
    [InlineData("CN=*.sandbox.paypal.com")]
    public async Task H56_any_other_subject_is_not_authentic(string subject) =>
        Assert.Equal("certificate", (await _paypal.Deliver(Authority.Leaf(subject))).Reason);

    [Fact]
    public async Task H56_an_organisation_that_reads_like_a_common_name_is_not_authentic()
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationalUnitName("CN=" + PayPalAuthority.Sandbox);
        Assert.Equal("certificate", (await _paypal.Deliver(Authority.Leaf(builder.Build()))).Reason);
    }

    [Fact]
    public async Task H56_alternative_names_must_hold_the_name_where_there_are_any()
    {
        Assert.Equal("certificate", (await _paypal.Deliver(Authority.Leaf(alternativeName: "www.example.com"))).Reason);
        var right = Authority.Leaf(alternativeName: PayPalAuthority.Sandbox);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(right, Folder + "CERT-2")).Kind);
    }

    [Fact]
    public async Task An_authority_or_a_short_key_does_not_sign_deliveries()
    {
        Assert.Equal("certificate", (await _paypal.Deliver(Authority.Leaf(isAuthority: true))).Reason);
        Assert.Equal("certificate", (await _paypal.Deliver(Authority.Leaf(keySize: 1024), Folder + "CERT-2")).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public async Task H52_a_document_that_is_no_certificate_is_not_authentic(string document) =>
        Assert.Equal("certificate", (await _paypal.Deliver(Genuine with { Pem = document })).Reason);

    [Fact]
    public async Task H53_a_certificate_is_fetched_once_until_it_ends()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine)).Kind);
        Assert.Equal(1, _paypal.Web.Fetches);
    }

    [Fact]
    public async Task H53_one_fetch_serves_all_that_wait_for_it()
    {
        _paypal.Web.Gate = new TaskCompletionSource();
        var deliveries = Enumerable.Range(0, 50).Select(_ => _paypal.Deliver(Genuine)).ToList();
        _paypal.Web.Gate.SetResult();
        Assert.All(await Task.WhenAll(deliveries), verdict => Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind));
        Assert.Equal(1, _paypal.Web.Fetches);
    }

    [Fact]
    public async Task H53_ten_thousand_addresses_are_few_fetches_and_do_not_push_out_a_known_signer()
    {
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine)).Kind);
        var body = Encoding.UTF8.GetBytes(Body);
        var headers = Genuine.Headers(body, Address, WebhookId);
        for (var i = 0; i < 10_000; i++)
        {
            headers[3] = ("PAYPAL-CERT-URL", $"{Folder}CERT-{i + 2}");
            Assert.NotEqual(WebhookVerdictKind.Authentic, (await _paypal.Send(headers)).Kind);
        }
        Assert.InRange(_paypal.Web.Fetches, 1, 30);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine)).Kind);
        Assert.InRange(_paypal.Web.Fetches, 1, 30);

        // A minute later there is room for new ones.
        _paypal.UnderTest.Clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine, Folder + "CERT-new")).Kind);
    }

    [Fact]
    public async Task H53_the_sixteen_newest_signers_are_kept()
    {
        for (var i = 0; i < 17; i++)
            Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine, $"{Folder}CERT-{i}")).Kind);
        Assert.Equal(17, _paypal.Web.Fetches);
        await _paypal.Deliver(Genuine, Folder + "CERT-16");
        await _paypal.Deliver(Genuine, Folder + "CERT-1");
        Assert.Equal(17, _paypal.Web.Fetches);
        await _paypal.Deliver(Genuine, Folder + "CERT-0");
        Assert.Equal(18, _paypal.Web.Fetches);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, WebhookVerdictKind.NotAuthentic)]
    [InlineData(HttpStatusCode.Redirect, WebhookVerdictKind.NotAuthentic)]
    [InlineData(HttpStatusCode.InternalServerError, WebhookVerdictKind.Unavailable)]
    [InlineData(HttpStatusCode.TooManyRequests, WebhookVerdictKind.Unavailable)]
    public async Task A_fetch_that_may_work_later_makes_the_gateway_send_again(HttpStatusCode status, WebhookVerdictKind kind)
    {
        _paypal.Web.MissingStatus = status;
        var headers = Genuine.Headers(Encoding.UTF8.GetBytes(Body), Address, WebhookId);
        Assert.Equal(kind, (await _paypal.Send(headers)).Kind);

        // Not asked again at once, but soon.
        await _paypal.Send(headers);
        Assert.Equal(1, _paypal.Web.Fetches);
        _paypal.UnderTest.Clock.Now += TimeSpan.FromSeconds(10);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _paypal.Deliver(Genuine)).Kind);
    }

    [Fact]
    public void A_start_is_refused_with_every_problem_named()
    {
        var problem = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => new PayPalFixture(
            more: [("WebhookId", " "), ("TrustedRoots:0", "/nowhere.pem"), ("Intermediates:0", "-----BEGIN NOTHING"),
                ("CertificateHosts:0", "http://api.paypal.com")]));
        foreach (var name in new[] { "WebhookId", "TrustedRoots", "Intermediates", "CertificateHosts" })
            Assert.Contains(name, problem.Message, StringComparison.Ordinal);
    }
}
