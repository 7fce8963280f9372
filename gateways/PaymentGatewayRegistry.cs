using System.Collections.Frozen;

namespace PaymentPipeline.Gateways;

/// <summary>The gateways that this process can ask to move money, by name: those with API credentials in configuration.</summary>
public sealed class PaymentGatewayRegistry(IEnumerable<IPaymentGateway> gateways)
{
    private readonly FrozenDictionary<string, IPaymentGateway> _byName =
        gateways.ToFrozenDictionary(gateway => gateway.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<IPaymentGateway> All => _byName.Values;

    public IPaymentGateway? Find(string name) => _byName.GetValueOrDefault(name);
}
