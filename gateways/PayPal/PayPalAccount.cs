using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What is needed to judge the webhooks of one account.</summary>
internal sealed record PayPalAccount(string WebhookId, PayPalCertificateOrigins Origins, PayPalSigners Signers)
{
    /// <summary>The key of an <see cref="HttpMessageHandler"/> in the services that replaces the sockets; for tests.</summary>
    public const string HandlerKey = "paypal-certificates";

    /// <summary>Every problem of the section goes to <paramref name="setup"/>.</summary>
    public static PayPalAccount Read(GatewaySetup setup, IConfigurationSection section)
    {
        var options = setup.Bind<PayPalOptions>(section);
        if (string.IsNullOrWhiteSpace(options.WebhookId))
            setup.Problem(section.GetSection(nameof(PayPalOptions.WebhookId)), "is required: the id of the webhook at PayPal");
        var roots = ReadCertificates(setup, section.GetSection(nameof(PayPalOptions.TrustedRoots)), options.TrustedRoots);
        var intermediates = ReadCertificates(setup, section.GetSection(nameof(PayPalOptions.Intermediates)), options.Intermediates);
        var origins = ReadOrigins(setup, section.GetSection(nameof(PayPalOptions.CertificateHosts)), options.CertificateHosts);
        var handler = setup.Services.GetKeyedService<HttpMessageHandler>(HandlerKey) ?? PayPalHttp.CreateHandler(origins);
        var http = new PayPalHttp(handler, setup.Time);
        var signers = new PayPalSigners(new PayPalTrust(roots, intermediates), http, setup.Time);
        return new PayPalAccount(options.WebhookId, origins, signers);
    }

    private static PayPalCertificateOrigins ReadOrigins(GatewaySetup setup, IConfigurationSection section, IEnumerable<string> hosts)
    {
        try
        {
            return PayPalCertificateOrigins.Of(hosts);
        }
        catch (FormatException problem)
        {
            setup.Problem(section, problem.Message);
            return PayPalCertificateOrigins.Of([]);
        }
    }

    private static X509Certificate2Collection ReadCertificates(
        GatewaySetup setup, IConfigurationSection section, IEnumerable<string> entries)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var entry in entries)
        {
            var before = certificates.Count;
            try
            {
                certificates.ImportFromPem(entry.Contains("-----BEGIN", StringComparison.Ordinal) ? entry : File.ReadAllText(entry));
                if (certificates.Count == before)
                    setup.Problem(section, "has an entry without a PEM certificate");
            }
            catch (Exception problem) when (IsUnreadable(problem))
            {
                setup.Problem(section, $"has an entry that is neither a PEM text nor the path of a PEM file ({problem.GetType().Name})");
            }
        }
        return certificates;
    }

    private static bool IsUnreadable(Exception problem) =>
        problem is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
