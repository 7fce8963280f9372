using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PaymentPipeline.Gateways.PayPal;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>A root and a signer in place of PayPal's; as a handler it serves the signer's certificate to whoever asks.</summary>
internal sealed class PayPalSigner : HttpMessageHandler
{
    public const string WebhookId = "1AB23456CD789012E";
    private const string Address = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-benchmark";
    private const string Subject = "messageverificationcerts.sandbox.paypal.com";

    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _signer;

    public PayPalSigner(DateTimeOffset now)
    {
        using var rootKey = RSA.Create(2048);
        var root = new CertificateRequest("CN=Benchmark root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = root.CreateSelfSigned(now.AddYears(-1), now.AddYears(5));
        var signer = new CertificateRequest($"CN={Subject}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        signer.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        _signer = signer.Create(_root, now.AddDays(-30), now.AddDays(335), [1, 2, 3, 4]);
    }

    public string RootPem => _root.ExportCertificatePem();

    public Headers Sign(byte[] body, DateTimeOffset at)
    {
        const string delivery = "5d9f4a10-d7f4-11f0-9a4f-5d2d4b1a9f10";
        var time = at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{delivery}|{time}|{WebhookId}|{Crc32.Of(body)}");
        var signature = Convert.ToBase64String(_key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return new Headers(
            ("PAYPAL-TRANSMISSION-ID", delivery), ("PAYPAL-TRANSMISSION-TIME", time), ("PAYPAL-TRANSMISSION-SIG", signature),
            ("PAYPAL-CERT-URL", Address), ("PAYPAL-AUTH-ALGO", "SHA256withRSA"), ("PAYPAL-AUTH-VERSION", "v2"));
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(_signer.ExportCertificatePem()) });
}
