using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// Says whether a document holds a certificate that may sign PayPal's webhooks: RSA, issued to PayPal's name for the
/// environment of the host, no authority itself, and with a chain to a trusted root that is valid now.
/// <para>Revocation is not asked: it would make every new certificate depend on third hosts; the certificate comes from
/// PayPal's own host each time, and lives about a year.</para>
/// </summary>
internal sealed class PayPalTrust(X509Certificate2Collection roots, X509Certificate2Collection intermediates)
{
    private const string Live = "messageverificationcerts.paypal.com";
    private const string Sandbox = "messageverificationcerts.sandbox.paypal.com";
    private const string CommonName = "2.5.4.3";
    private const int CertificatesMax = 8;
    private const int KeySizeMin = 2048;

    /// <summary>The signer in a PEM document; null when there is none that we trust now.</summary>
    /// <param name="address">Where the document comes from, already allowed.</param>
    public PayPalSigner? FindSigner(string document, string address, DateTimeOffset now)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(document);
            return certificates.Count is > 0 and <= CertificatesMax && IsSigner(certificates[0], address)
                ? Chained(certificates, now)
                : null;
        }
        catch (CryptographicException)
        {
            // Not a certificate, or one that cannot be read.
            return null;
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    private PayPalSigner? Chained(X509Certificate2Collection certificates, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        if (roots.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        }
        if (!chain.Build(certificates[0]) || certificates[0].GetRSAPublicKey() is not { KeySize: >= KeySizeMin } key)
            return null;
        var validUntil = chain.ChainElements.Min(element => element.Certificate.NotAfter.ToUniversalTime());
        return new PayPalSigner(key, new DateTimeOffset(validUntil));
    }

    private static bool IsSigner(X509Certificate2 certificate, string address)
    {
        var name = CommonNameOf(certificate);
        var isNamed = Environment(address) is { } wanted ? name == wanted : name is Live or Sandbox;
        return isNamed && HasAlternativeName(certificate, name!) && !IsAuthority(certificate);
    }

    // A loopback origin stands for either environment.
    private static string? Environment(string address) => new Uri(address).Host switch
    {
        "api.paypal.com" or "api-m.paypal.com" => Live,
        "api.sandbox.paypal.com" or "api-m.sandbox.paypal.com" => Sandbox,
        _ => null,
    };

    // Read from the structure: in the text of a subject any attribute can look like a common name.
    private static string? CommonNameOf(X509Certificate2 certificate)
    {
        string? found = null;
        foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (name.HasMultipleElements)
                return null;
            if (name.GetSingleElementType().Value != CommonName)
                continue;
            if (found is not null)
                return null;
            found = name.GetSingleElementValue();
        }
        return found;
    }

    private static bool HasAlternativeName(X509Certificate2 certificate, string name)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return extension is null || extension.EnumerateDnsNames().Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority);
}

/// <summary>A key that we trust to sign webhooks, until any certificate of its chain ends.</summary>
internal sealed record PayPalSigner(RSA Key, DateTimeOffset ValidUntil);
