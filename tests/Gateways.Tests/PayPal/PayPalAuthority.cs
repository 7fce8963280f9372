using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>A root, an intermediate, and whatever certificates a test needs below them.</summary>
internal sealed class PayPalAuthority
{
    public const string Live = "messageverificationcerts.paypal.com";
    public const string Sandbox = "messageverificationcerts.sandbox.paypal.com";
    public static readonly DateTimeOffset Now = new(2026, 11, 2, 10, 0, 10, TimeSpan.Zero);

    /// <summary>Making keys is slow, and most tests do not mind whose they are.</summary>
    public static readonly PayPalAuthority Shared = new();

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;
    private readonly RSA _intermediateKey = RSA.Create(2048);

    public PayPalAuthority(bool intermediateIsAuthority = true)
    {
        using var rootKey = RSA.Create(2048);
        var root = Request("CN=Test root", rootKey, isAuthority: true);
        _root = root.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(10));
        var intermediate = Request("CN=Test intermediate", _intermediateKey, intermediateIsAuthority);
        _intermediate = intermediate.Create(_root, Now.AddYears(-3), Now.AddYears(5), [1, 2, 3]);
    }

    public string RootPem => _root.ExportCertificatePem();
    public string IntermediatePem => _intermediate.ExportCertificatePem();

    public PayPalLeaf Leaf(
        string subject = "CN=" + Sandbox, string? alternativeName = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        bool isAuthority = false, int keySize = 2048) =>
        Leaf(new X500DistinguishedName(subject), alternativeName, from, until, isAuthority, keySize);

    public PayPalLeaf Leaf(
        X500DistinguishedName subject, string? alternativeName = null, DateTimeOffset? from = null, DateTimeOffset? until = null,
        bool isAuthority = false, int keySize = 2048)
    {
        var key = RSA.Create(keySize);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (alternativeName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(alternativeName);
            request.CertificateExtensions.Add(names.Build());
        }
        var generator = X509SignatureGenerator.CreateForRSA(_intermediateKey, RSASignaturePadding.Pkcs1);
        using var leaf = request.Create(
            _intermediate.SubjectName, generator, from ?? Now.AddDays(-30), until ?? Now.AddDays(300), RandomNumberGenerator.GetBytes(8));
        return new PayPalLeaf(leaf.ExportCertificatePem(), key);
    }

    /// <summary>Right name, no authority behind it.</summary>
    public static PayPalLeaf SelfSigned()
    {
        var key = RSA.Create(2048);
        using var leaf = Request("CN=" + Sandbox, key, isAuthority: false).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(300));
        return new PayPalLeaf(leaf.ExportCertificatePem(), key);
    }

    private static CertificateRequest Request(string subject, RSA key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        return request;
    }
}

internal sealed record PayPalLeaf(string Pem, RSA Key)
{
    /// <summary>The headers of a delivery, signed from PayPal's description and not by our own code.</summary>
    public (string Name, string Value)[] Headers(ReadOnlySpan<byte> body, string address, string webhookId, string transmissionId = "T-1")
    {
        const string time = "2026-11-02T10:00:07Z";
        var signed = Encoding.ASCII.GetBytes($"{transmissionId}|{time}|{webhookId}|{Crc32(body)}");
        var signature = Key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return
        [
            ("PAYPAL-TRANSMISSION-ID", transmissionId),
            ("PAYPAL-TRANSMISSION-TIME", time),
            ("PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(signature)),
            ("PAYPAL-CERT-URL", address),
            ("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
            ("PAYPAL-AUTH-VERSION", "v2"),
        ];
    }

    // Bit by bit, as the standard describes it.
    public static uint Crc32(ReadOnlySpan<byte> body)
    {
        var crc = uint.MaxValue;
        foreach (var value in body)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
