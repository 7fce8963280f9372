using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PaymentPipeline.Simulator.PayPal;

/// <summary>
/// The simulator's own authority and the certificate that signs webhooks, made once per data folder: <c>paypal-root.pem</c>
/// is what the ingress is told to trust; the private keys stay beside it.
/// </summary>
internal sealed class PayPalCertificates
{
    public const string Path = "/v1/notifications/certs/";
    private const string Subject = "CN=messageverificationcerts.sandbox.paypal.com,O=PaymentPipeline Simulator";

    private PayPalCertificates(string pem, RSA key)
    {
        Pem = pem;
        Key = key;
        Name = "CERT-" + Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
    }

    /// <summary>The last part of the certificate's address; another key has another name, as at PayPal.</summary>
    public string Name { get; }

    /// <summary>The leaf certificate.</summary>
    public string Pem { get; }
    public RSA Key { get; }

    public static PayPalCertificates LoadOrCreate(string folder, TimeProvider time)
    {
        var leafFile = System.IO.Path.Combine(folder, "paypal-webhooks.pem");
        var keyFile = System.IO.Path.Combine(folder, "paypal-webhooks.key");
        if (!File.Exists(keyFile)) Create(folder, leafFile, keyFile, time.GetUtcNow());

        var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(keyFile));
        return new PayPalCertificates(File.ReadAllText(leafFile), key);
    }

    private static void Create(string folder, string leafFile, string keyFile, DateTimeOffset now)
    {
        using var rootKey = RSA.Create(2048);
        using var root = MakeRoot(rootKey, now);
        using var key = RSA.Create(2048);
        using var leaf = LeafRequest(key, root).Create(root, now.AddDays(-1), now.AddYears(2), RandomNumberGenerator.GetBytes(12));

        // The key comes last: a folder without it is made again from the start.
        File.WriteAllText(System.IO.Path.Combine(folder, "paypal-root.pem"), root.ExportCertificatePem() + "\n");
        File.WriteAllText(leafFile, leaf.ExportCertificatePem() + "\n");
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 MakeRoot(RSA key, DateTimeOffset now)
    {
        var request = Request("CN=PaymentPipeline Simulator Root,O=PaymentPipeline Simulator", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now.AddDays(-2), now.AddYears(10));
    }

    private static CertificateRequest LeafRequest(RSA key, X509Certificate2 root)
    {
        var request = Request(Subject, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));

        // Server and client authentication, as the real ones have.
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("messageverificationcerts.sandbox.paypal.com");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        return request;
    }

    private static CertificateRequest Request(string subject, RSA key) =>
        new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
