using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Adyen;

public sealed class AdyenSettingsTests
{
    [Fact]
    public void Accounts_are_those_with_a_key_and_need_no_webhook_secrets()
    {
        using var services = Services(
            ("ApiKey", "key"), ("MerchantAccount", "Shop"),
            ("Accounts:eu:ApiKey", "key-eu"), ("Accounts:eu:MerchantAccount", "ShopEU"),
            ("Accounts:us:MerchantAccount", "ShopUS"));
        Assert.Equal(["default", "eu"], Registry(services).Find("adyen")!.Accounts.Order());
    }

    [Fact]
    public void Without_any_key_there_is_no_Adyen_to_ask()
    {
        using var services = Services(("MerchantAccount", "Shop"));
        Assert.Null(Registry(services).Find("adyen"));
    }

    [Fact]
    public void Every_problem_is_named_at_once_and_no_secret_with_it()
    {
        using var services = Services(
            ("ApiKey", "secret\nkey"), ("BaseUrl", "http://checkout.example.com/v72"), ("ReturnUrl", "back"), ("SetUpCurrency", "eur"),
            ("Http:CallsMax", "0"));
        var refusal = Assert.Throws<OptionsValidationException>(() => Registry(services));
        foreach (var member in new[] { "ApiKey", "BaseUrl", "ReturnUrl", "SetUpCurrency", "MerchantAccount", "Http:CallsMax" })
            Assert.Contains(
                refusal.Failures, failure => failure.StartsWith($"Gateways:Adyen:{member} ", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    private static PaymentGatewayRegistry Registry(ServiceProvider services) => services.GetRequiredService<PaymentGatewayRegistry>();

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create("Gateways:Adyen:" + setting.Name, (string?)setting.Value))).Build();
        return new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
    }
}
