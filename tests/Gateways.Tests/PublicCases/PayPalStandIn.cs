using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>A root and a signer of our own, in place of PayPal's, to sign bodies with.</summary>
internal sealed class PayPalStandIn
{
    public const string WebhookId = "1AB23456CD789012E";
    private const string Address = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-stand-in";
    private const string Subject = "messageverificationcerts.sandbox.paypal.com";

    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _signer;

    public PayPalStandIn(DateTimeOffset now)
    {
        using var rootKey = RSA.Create(2048);
        var root = new CertificateRequest("CN=Stand-in root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = root.CreateSelfSigned(now.AddYears(-1), now.AddYears(5));

        var signer = new CertificateRequest($"CN={Subject}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Subject);
        signer.CertificateExtensions.Add(names.Build());
        signer.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        signer.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        _signer = signer.Create(_root, now.AddDays(-30), now.AddDays(335), [1, 2, 3, 4]);
    }

    public string RootPem => _root.ExportCertificatePem();

    public ServedCertificates Certificates => new(new Dictionary<string, string> { [Address] = _signer.ExportCertificatePem() });

    public (string Name, string Value)[] Sign(byte[] body, DateTimeOffset at)
    {
        const string delivery = "5d9f4a10-d7f4-11f0-9a4f-5d2d4b1a9f10";
        var time = at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{delivery}|{time}|{WebhookId}|{Crc32(body)}");
        return
        [
            ("PAYPAL-TRANSMISSION-ID", delivery),
            ("PAYPAL-TRANSMISSION-TIME", time),
            ("PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(_key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))),
            ("PAYPAL-CERT-URL", Address),
            ("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
            ("PAYPAL-AUTH-VERSION", "v2"),
        ];
    }

    private static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }
}
