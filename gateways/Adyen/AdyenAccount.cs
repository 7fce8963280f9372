using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>What is needed to judge and to read the webhooks of one account.</summary>
internal sealed class AdyenAccount
{
    private readonly string[] _merchantAccounts;

    // A digest, so that the comparison takes the same time whatever the length of what was sent.
    private readonly byte[]? _authorization;

    private AdyenAccount(string[] merchantAccounts, byte[]? authorization, LiveSecrets secrets, AdyenOptions options)
    {
        _merchantAccounts = merchantAccounts;
        _authorization = authorization;
        Secrets = secrets;
        Live = options.Live;
        CaptureMode = options.CaptureMode;
    }

    public LiveSecrets Secrets { get; }
    public bool? Live { get; }
    public AdyenCaptureMode CaptureMode { get; }

    /// <summary>Every problem of the section goes to <paramref name="setup"/>.</summary>
    public static AdyenAccount Read(GatewaySetup setup, IConfigurationSection section)
    {
        var options = setup.Bind<AdyenOptions>(section);
        var accounts = options.MerchantAccount.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (accounts.Length == 0)
            setup.Problem(section.GetSection(nameof(AdyenOptions.MerchantAccount)), "is required: the merchant accounts that are ours");
        if (string.IsNullOrEmpty(options.BasicAuthUser) != string.IsNullOrEmpty(options.BasicAuthPassword))
            setup.Problem(section.GetSection(nameof(AdyenOptions.BasicAuthUser)), "and BasicAuthPassword must be set together");
        if (!Enum.IsDefined(options.CaptureMode))
            setup.Problem(section.GetSection(nameof(AdyenOptions.CaptureMode)), "is neither manual nor automatic");
        var secrets = LiveSecrets.Read(setup, section.GetSection("HmacKeys"), DecodeKey);
        return new AdyenAccount(accounts, AuthorizationOf(options), secrets, options);
    }

    /// <summary>True when no basic authentication is asked for, or exactly the right one came.</summary>
    public bool IsAuthorized(IWebhookHeaders headers)
    {
        if (_authorization is null)
            return true;
        var lines = headers.Get("Authorization", out var sent);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(sent), hash);
        return CryptographicOperations.FixedTimeEquals(hash, _authorization) && lines == 1;
    }

    public bool Owns(ReadOnlySpan<byte> body, in AdyenItem item)
    {
        foreach (var account in _merchantAccounts)
            if (item.MerchantAccount.Equals(body, account))
                return true;
        return false;
    }

    public bool Owns(string merchantAccount) => Array.IndexOf(_merchantAccounts, merchantAccount) >= 0;

    private static byte[]? AuthorizationOf(AdyenOptions options)
    {
        if (string.IsNullOrEmpty(options.BasicAuthUser))
            return null;
        var pair = Encoding.UTF8.GetBytes($"{options.BasicAuthUser}:{options.BasicAuthPassword}");
        return SHA256.HashData(Encoding.UTF8.GetBytes("Basic " + Convert.ToBase64String(pair)));
    }

    private static byte[] DecodeKey(string text)
    {
        if (text.Length != 64 || !text.All(char.IsAsciiHexDigit))
            throw new FormatException("is no HMAC key of Adyen: 64 hex digits");
        return Convert.FromHexString(text);
    }
}
