using System.Collections.Frozen;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ingress;

/// <summary>One address that takes webhooks, with what every request to it needs, made once.</summary>
/// <param name="counts">Of the gateway: its accounts share them.</param>
internal sealed class WebhookRoute(IWebhookGateway gateway, string account, WebhookCounts counts)
{
    public IWebhookGateway Gateway { get; } = gateway;
    public string Account { get; } = account;
    public string Topic { get; } = Topics.Webhooks(gateway.Name);
    public ReadOnlyMemory<byte> Acknowledgement { get; } = gateway.Acknowledgement;
    public WebhookCounts Counts { get; } = counts;
    public KeyValuePair<string, object?> GatewayTag { get; } = counts.GatewayTag;
    public KeyValuePair<string, object?> AccountTag { get; } = new("account", account);
}

/// <summary>
/// The addresses, exactly as they must stand on the request line. Nothing is decoded, normalised or forgiven, so that
/// no spelling of a path can reach another account than the one it names. A query is ignored.
/// </summary>
internal sealed class WebhookRoutes
{
    public const string Prefix = "/webhooks";
    private const string DefaultAccount = "default";

    private readonly FrozenDictionary<string, WebhookRoute> _routes;
    private readonly FrozenDictionary<string, WebhookRoute>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public WebhookRoutes(GatewayRegistry registry)
    {
        var routes = new Dictionary<string, WebhookRoute>(StringComparer.Ordinal);
        foreach (var gateway in registry.All)
        {
            var counts = new WebhookCounts(gateway.Name);
            foreach (var account in gateway.Accounts)
            {
                var path = account == DefaultAccount ? $"{Prefix}/{gateway.Name}" : $"{Prefix}/{gateway.Name}/{account}";
                routes.Add(path, new WebhookRoute(gateway, account, counts));
            }
        }
        _routes = routes.ToFrozenDictionary(StringComparer.Ordinal);
        _bySpan = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        Topics = [.. _routes.Values.Select(route => route.Topic).Distinct()];
    }

    public IReadOnlyCollection<WebhookRoute> All => _routes.Values;

    /// <summary>The topics that the routes write to.</summary>
    public IReadOnlyCollection<string> Topics { get; }

    /// <param name="target">The request target as sent.</param>
    public WebhookRoute? Find(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (query < 0) return _routes.GetValueOrDefault(target);
        return _bySpan.TryGetValue(target.AsSpan(0, query), out var route) ? route : null;
    }
}
