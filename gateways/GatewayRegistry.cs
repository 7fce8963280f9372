using System.Collections.Frozen;

namespace PaymentPipeline.Gateways;

/// <summary>The gateways that this process serves, by name. Unknown names are not found: there is no fallback.</summary>
public sealed class GatewayRegistry(IEnumerable<IWebhookGateway> gateways)
{
    private readonly FrozenDictionary<string, IWebhookGateway> _byName =
        gateways.ToFrozenDictionary(gateway => gateway.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<IWebhookGateway> All => _byName.Values;

    public IWebhookGateway? Find(string name) => _byName.GetValueOrDefault(name);
}
