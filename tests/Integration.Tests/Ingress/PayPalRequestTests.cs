using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PaymentPipeline.EventLog;
using PaymentPipeline.Integration.Tests.Hosting;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>PayPal's requests over HTTP: the key is a certificate that the request itself names.</summary>
public sealed class PayPalRequestTests(PayPalIngress paypal) : IClassFixture<PayPalIngress>
{
    private const string WebhookId = PayPalIngress.WebhookId;
    private readonly IngressServer _server = paypal.Server;

    [Fact]
    public async Task A_signed_delivery_is_kept_with_its_transmission_id()
    {
        var body = Body();
        var response = await SendAsync(body, Certificate("good"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var record = await _server.RecordOfAsync("paypal", body);
        Assert.Equal("transmission-1", record.Header(LogHeaders.DeliveryId));
        Assert.StartsWith("WH-EVENT-", record.Header(LogHeaders.EventKey), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://api.paypal.com/v1/notifications/certs/good")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://169.254.169.254/v1/notifications/certs/good")]
    [InlineData("https://api.paypal.com.evil.example/v1/notifications/certs/good")]
    [InlineData("https://api.paypal.com@evil.example/v1/notifications/certs/good")]
    [InlineData("https://evil.example/#.paypal.com")]
    [InlineData("https://api.paypal.com:8443/v1/notifications/certs/good")]
    public async Task H41_to_H48_a_certificate_from_elsewhere_is_401(string address) => await RefusedAsync(Body(), address);

    [Fact]
    public async Task H48_a_path_outside_the_certificates_is_401_and_nothing_is_fetched()
    {
        var before = paypal.Fetches;

        await RefusedAsync(Body(), new Uri(paypal.CertificateHost, "/v1/notifications/certs/../../../health/live").OriginalString);
        await RefusedAsync(Body(), new Uri(paypal.CertificateHost, "/elsewhere/good").ToString());

        Assert.Equal(before, paypal.Fetches);
    }

    [Fact]
    public async Task H54_a_chain_to_another_root_is_401() => await RefusedAsync(Body(), Certificate("foreign"));

    [Fact]
    public async Task H57_another_algorithm_is_401() => await RefusedAsync(Body(), Certificate("good"), algorithm: "MD5withRSA");

    [Fact]
    public async Task H58_the_signature_for_another_webhook_id_is_401() => await RefusedAsync(Body(), Certificate("good"), webhookId: "WH-OTHER");

    [Fact]
    public async Task One_changed_byte_is_not_authentic()
    {
        var body = Body();
        var request = Request(body, Certificate("good"));
        body[^2] ^= 1;
        request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };

        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.Http.SendAsync(request)).StatusCode);
        await _server.NothingKeptAsync("paypal", body);
    }

    private async Task RefusedAsync(byte[] body, string certificate, string algorithm = "SHA256withRSA", string webhookId = WebhookId)
    {
        var response = await SendAsync(body, certificate, algorithm, webhookId);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await _server.NothingKeptAsync("paypal", body);
    }

    private Task<HttpResponseMessage> SendAsync(
        byte[] body, string certificate, string algorithm = "SHA256withRSA", string webhookId = WebhookId) =>
        _server.Http.SendAsync(Request(body, certificate, algorithm, webhookId));

    private HttpRequestMessage Request(
        byte[] body, string certificate, string algorithm = "SHA256withRSA", string webhookId = WebhookId)
    {
        const string Time = "2026-01-01T00:00:00Z";
        var signed = Encoding.ASCII.GetBytes($"transmission-1|{Time}|{webhookId}|{Crc32(body)}");
        var request = StripeWebhook.Request(body, "/webhooks/paypal");
        request.Headers.Add("PAYPAL-AUTH-ALGO", algorithm);
        request.Headers.Add("PAYPAL-TRANSMISSION-ID", "transmission-1");
        request.Headers.Add("PAYPAL-TRANSMISSION-TIME", Time);
        request.Headers.Add("PAYPAL-CERT-URL", certificate);
        request.Headers.Add(
            "PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(paypal.Key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        return request;
    }

    private string Certificate(string name) => new Uri(paypal.CertificateHost, $"/v1/notifications/certs/{name}").ToString();

    private static byte[] Body() => Encoding.UTF8.GetBytes(
        $$$"""{"id":"WH-EVENT-{{{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}}}","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"C1"}}""");

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}

/// <summary>An ingress that trusts a root made here, and a server of certificates.</summary>
public sealed class PayPalIngress : IAsyncLifetime
{
    public const string WebhookId = "WH-INGRESS-TESTS";
    private readonly Dictionary<string, string> _certificates = [];
    private TestService _certificateHost = null!;
    private int _fetches;

    internal RSA Key { get; } = RSA.Create(2048);
    internal IngressServer Server { get; private set; } = null!;
    internal Uri CertificateHost => _certificateHost.Address;

    /// <summary>How often a certificate was asked for.</summary>
    internal int Fetches => _fetches;

    public async Task InitializeAsync()
    {
        using var rootKey = RSA.Create(2048);
        using var root = Root(rootKey);
        _certificates["good"] = Leaf(root).ExportCertificatePem();
        using var foreignKey = RSA.Create(2048);
        using var foreign = Root(foreignKey);
        _certificates["foreign"] = Leaf(foreign).ExportCertificatePem();
        _certificateHost = await TestService.StartAsync(routes: app => app.MapGet("/v1/notifications/certs/{name}", ServeAsync));
        Server = await IngressServer.StartReadyAsync(
            await IngressFixture.DatabaseAsync(),
            $"--Gateways:PayPal:WebhookId={WebhookId}", $"--Gateways:PayPal:TrustedRoots:0={root.ExportCertificatePem()}",
            $"--Gateways:PayPal:CertificateHosts:0={_certificateHost.Address.GetLeftPart(UriPartial.Authority)}");
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _certificateHost.DisposeAsync();
        Key.Dispose();
    }

    private Task ServeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _fetches);
        return context.Response.WriteAsync(_certificates[(string)context.Request.RouteValues["name"]!]);
    }

    private static X509Certificate2 Root(RSA key)
    {
        var request = new CertificateRequest("CN=Tests Root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
    }

    private X509Certificate2 Leaf(X509Certificate2 root)
    {
        const string Name = "messageverificationcerts.paypal.com";
        var request = new CertificateRequest($"CN={Name}", Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.Create(root, now.AddHours(-1), now.AddDays(1), [1, 2, 3, 4]);
    }
}
