using System.Collections.Frozen;

namespace PaymentPipeline.Api.Auth;

/// <summary>One of our accounts at a gateway.</summary>
/// <param name="Gateway">"stripe", "adyen", "paypal".</param>
/// <param name="Account">"default", or the name below <c>Accounts</c>.</param>
internal readonly record struct GatewayAccount(string Gateway, string Account);

/// <summary>
/// Which accounts a tenant owns, from <c>Gateways:&lt;Gateway&gt;:[Accounts:&lt;account&gt;:]Tenant</c>. A payment belongs to
/// the tenant of its account; every query names the accounts that it may see.
/// </summary>
internal sealed class TenantAccounts
{
    private const string DefaultAccount = "default";
    private readonly FrozenDictionary<string, IReadOnlyList<GatewayAccount>> _byTenant;

    public TenantAccounts(IConfiguration configuration) =>
        _byTenant = configuration.GetSection("Gateways").GetChildren().SelectMany(AccountsOf)
            .GroupBy(owned => owned.Tenant, owned => owned.Account, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => (IReadOnlyList<GatewayAccount>)[.. group], StringComparer.Ordinal);

    /// <summary>None for an unknown tenant: it sees nothing.</summary>
    public IReadOnlyList<GatewayAccount> Of(string tenant) => _byTenant.GetValueOrDefault(tenant) ?? [];

    public bool Owns(string tenant, string gateway, string account) => Of(tenant).Contains(new GatewayAccount(gateway, account));

    private static IEnumerable<(string Tenant, GatewayAccount Account)> AccountsOf(IConfigurationSection gateway)
    {
        var name = gateway.Key.ToLowerInvariant();
        yield return (TenantOf(gateway), new GatewayAccount(name, DefaultAccount));
        foreach (var account in gateway.GetSection("Accounts").GetChildren())
            yield return (TenantOf(account), new GatewayAccount(name, account.Key));
    }

    private static string TenantOf(IConfigurationSection section) =>
        section["Tenant"] is { Length: > 0 } tenant ? tenant : Caller.DefaultTenant;
}
