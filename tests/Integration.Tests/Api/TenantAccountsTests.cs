using Microsoft.Extensions.Configuration;
using PaymentPipeline.Api.Auth;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Whose accounts are whose, from configuration.</summary>
public sealed class TenantAccountsTests
{
    private static TenantAccounts Of(params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build());

    [Fact]
    public void Accounts_belong_to_the_default_tenant_unless_they_name_another()
    {
        var accounts = Of(
            ("Gateways:Stripe:ApiKey", "k"), ("Gateways:Stripe:Accounts:branch:ApiKey", "k"), ("Gateways:Stripe:Accounts:branch:Tenant", "shop-2"),
            ("Gateways:Adyen:Tenant", "shop-3"), ("Gateways:PayPal:Accounts:eu:ClientId", "c"));

        Assert.Equal([new("paypal", "default"), new("paypal", "eu"), new("stripe", "default")], accounts.Of("default").OrderBy(account => account.ToString()));
        Assert.Equal([new GatewayAccount("stripe", "branch")], accounts.Of("shop-2"));
        Assert.True(accounts.Owns("shop-3", "adyen", "default"));
        Assert.False(accounts.Owns("default", "adyen", "default"));
        Assert.False(accounts.Owns("shop-2", "stripe", "default"));
    }

    [Fact]
    public void H104_an_unknown_tenant_owns_nothing() => Assert.Empty(Of(("Gateways:Stripe:ApiKey", "k")).Of("nobody"));
}
