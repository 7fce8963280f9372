using Microsoft.Extensions.Configuration;

namespace PaymentPipeline.Gateways;

/// <summary>
/// The secrets of one account, newest first, so that one can be rolled while both are alive. Each is configured either as
/// a plain text (<c>WebhookSecrets__0</c>: no expiry) or as an object (<c>WebhookSecrets__0__Value</c> and
/// <c>WebhookSecrets__0__ExpiresAt</c>, ISO 8601 with offset).
/// </summary>
internal sealed class LiveSecrets
{
    private readonly LiveSecret[] _all;

    private LiveSecrets(LiveSecret[] all) => _all = all;

    /// <summary>All, the expired ones too: ask <see cref="LiveSecret.IsAliveAt"/> of each.</summary>
    public ReadOnlySpan<LiveSecret> All => _all;

    /// <summary>Reads the list; every problem goes to <paramref name="setup"/>.</summary>
    /// <param name="decode">The key bytes of a secret's text; throws <see cref="FormatException"/> with what is wrong.</param>
    public static LiveSecrets Read(GatewaySetup setup, IConfigurationSection list, Func<string, byte[]> decode)
    {
        var secrets = new List<LiveSecret>();
        foreach (var item in list.GetChildren())
            if (ReadOne(setup, item, decode) is { } secret) secrets.Add(secret);
        if (!list.GetChildren().Any()) setup.Problem(list, "needs at least one secret, as a list");
        return new LiveSecrets([.. secrets]);
    }

    private static LiveSecret? ReadOne(GatewaySetup setup, IConfigurationSection item, Func<string, byte[]> decode)
    {
        var text = item.Value ?? item["Value"];
        if (string.IsNullOrWhiteSpace(text))
        {
            setup.Problem(item, "is blank; a secret must not be");
            return null;
        }

        DateTimeOffset? expiresAt = null;
        if (item["ExpiresAt"] is { } expiry)
        {
            if (GatewaySetup.TryParseInstant(expiry, out var instant)) expiresAt = instant;
            else setup.Problem(item.GetSection("ExpiresAt"), "is no ISO 8601 time with an offset");
        }

        try
        {
            return new LiveSecret($"secret-{item.Key}", decode(text), expiresAt);
        }
        catch (FormatException problem)
        {
            setup.Problem(item, problem.Message);
            return null;
        }
    }
}

/// <param name="Id">By its position in the configuration, never by its value: "secret-0".</param>
/// <param name="ExpiresAt">The first instant at which it no longer counts; null when it never expires.</param>
internal sealed record LiveSecret(string Id, byte[] Key, DateTimeOffset? ExpiresAt)
{
    public bool IsAliveAt(DateTimeOffset now) => ExpiresAt is not { } end || now < end;

    /// <summary>Never the key.</summary>
    public override string ToString() => Id;
}
