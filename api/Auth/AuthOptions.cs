using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Auth;

/// <summary>Whose tokens are good. Keys come from configuration, from a JWKS, or from both; never from a token.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>The claim <c>iss</c>, exactly. No default.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What the claim <c>aud</c> must be or contain. No default.</summary>
    public string Audience { get; set; } = "";

    /// <summary>Public keys, each as PEM text, as a JWK, or as the path of a file with one of these.</summary>
    public IList<string> SigningKeys { get; } = [];

    /// <summary>Where the issuer publishes its keys: an https address (http on loopback only), or a file's path.</summary>
    public string? JwksUri { get; set; }

    /// <summary>
    /// Authorities of client certificates, PEM text or path. Where there is one, every TLS connection must bring a certificate of it.
    /// </summary>
    public IList<string> ClientCertificateAuthorities { get; } = [];

    /// <summary>How long published keys are kept before they are fetched again, 10 to 86,400; default 600 seconds.</summary>
    public int JwksKeptSeconds { get; set; } = 600;

    /// <summary>How far the issuer's clock may be off, 0 to 300; default 60 seconds.</summary>
    public int ClockSkewSeconds { get; set; } = 60;
}

internal sealed class AuthOptionsValidator : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var problems = new List<string>();
        void Require(bool good, string problem)
        {
            if (!good) problems.Add($"{AuthOptions.Section}:{problem}.");
        }

        Require(options.Issuer.Length > 0, "Issuer is missing: the iss of the tokens that callers bring");
        Require(options.Audience.Length > 0, "Audience is missing: the aud of the tokens that callers bring");
        Require(
            options.SigningKeys.Any(IsSet) || options.JwksUri is not null, "SigningKeys:0 or Auth:JwksUri is missing: who signs the tokens");
        Require(
            options.JwksUri is null || JwksSource.IsAllowed(options.JwksUri), "JwksUri must be an https address (http on loopback only) or a file");
        Require(options.JwksKeptSeconds is >= 10 and <= 86_400, "JwksKeptSeconds must be 10 to 86400");
        Require(options.ClockSkewSeconds is >= 0 and <= 300, "ClockSkewSeconds must be 0 to 300");
        for (var index = 0; index < options.SigningKeys.Count; index++)
        {
            if (!IsSet(options.SigningKeys[index])) continue;
            var read = KeyReader.Read(options.SigningKeys[index]);
            Require(read.Key is not null, $"SigningKeys:{index} {read.Problem}");
            read.Key?.Dispose();
        }
        for (var index = 0; index < options.ClientCertificateAuthorities.Count; index++)
            Require(AreCertificates(options.ClientCertificateAuthorities[index]),
                $"ClientCertificateAuthorities:{index} must be certificates in PEM, or a file of them");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>An empty variable is one that was not set.</summary>
    public static bool IsSet(string text) => text.Length > 0;

    private static bool AreCertificates(string text)
    {
        try
        {
            foreach (var certificate in ClientCertificates.Read(text)) certificate.Dispose();
            return true;
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
