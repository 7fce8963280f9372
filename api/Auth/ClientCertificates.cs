using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// Where <c>Auth:ClientCertificateAuthorities</c> names authorities, every TLS connection must bring a certificate of one of them.
/// Tokens that are bound to a certificate (RFC 8705, section 3) are good only over a connection that brought it.
/// </summary>
internal sealed class ClientCertificates(IOptionsFactory<AuthOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    public void Configure(KestrelServerOptions server)
    {
        if (TryGetAuthorities() is not { Count: > 0 } authorities) return;
        server.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => IsOf(certificate, authorities);
        });
    }

    /// <param name="thumbprint">SHA-256 of the certificate, base64url: the token's <c>cnf</c> member <c>x5t#S256</c>.</param>
    public static async ValueTask<bool> IsFromAsync(HttpContext context, string thumbprint)
    {
        var certificate = await context.Connection.GetClientCertificateAsync(context.RequestAborted);
        if (certificate is null) return false;
        var actual = Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(actual), Encoding.UTF8.GetBytes(thumbprint));
    }

    /// <summary>PEM text or the path of a PEM file, with one certificate or several.</summary>
    /// <exception cref="CryptographicException">There is none in it.</exception>
    public static X509Certificate2Collection Read(string text)
    {
        var certificates = new X509Certificate2Collection();
        if (text.Contains("-----BEGIN", StringComparison.Ordinal)) certificates.ImportFromPem(text);
        else certificates.ImportFromPemFile(text);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("There is no certificate in it.");
    }

    private static bool IsOf(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // A private authority seldom publishes revocations; its certificates are short-lived or its list is empty.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return chain.Build(certificate);
    }

    /// <summary>Null when the options are wrong: the start that follows is refused with all problems named.</summary>
    private X509Certificate2Collection? TryGetAuthorities()
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            foreach (var text in options.Create(Options.DefaultName).ClientCertificateAuthorities) authorities.AddRange(Read(text));
            return authorities;
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            return null;
        }
    }
}
