using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalCredentialsTests
{
    [Fact]
    public void An_account_is_served_when_it_has_credentials_and_needs_no_webhook_for_it()
    {
        var gateway = Registry(("ClientId", "a"), ("ClientSecret", "b"), ("Accounts:eu:WebhookId", "WH-1"),
            ("Accounts:us:ClientId", "c"), ("Accounts:us:ClientSecret", "d")).Find("paypal")!;
        Assert.Equal(["default", "us"], gateway.Accounts.Order());
        Assert.Null(Registry(("WebhookId", "WH-1")).Find("paypal"));
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once_and_no_secret_with_it()
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Registry(
            ("ClientId", "a"), ("Accounts:us:ClientSecret", "hush"), ("Accounts:us:BaseUrl", "http://api-m.paypal.com"),
            ("Accounts:us:Http:TriesMax", "0")));
        foreach (var path in (string[])["ClientSecret", "Accounts:us:ClientId", "Accounts:us:BaseUrl", "Accounts:us:Http:TriesMax"])
            Assert.Contains(refusal.Failures, failure => failure.StartsWith("Gateways:PayPal:" + path, StringComparison.Ordinal));
        Assert.DoesNotContain("hush", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_kept_for_as_long_as_PayPal_says()
    {
        var gateway = Registry(("ClientId", "a"), ("ClientSecret", "b")).Find("paypal")!;
        var hours = Enum.GetValues<GatewayCallKind>().Select(kind => gateway.KeyWindow(kind).TotalHours);
        Assert.Equal([6, 6, 45 * 24, 0, 45 * 24, 3, 3], hours);
    }

    private static PaymentGatewayRegistry Registry(params (string Member, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(one => "Gateways:PayPal:" + one.Member, string? (one) => one.Value)).Build();
        var services = new ServiceCollection().AddPaymentGateways(configuration);
        return services.BuildServiceProvider().GetRequiredService<PaymentGatewayRegistry>();
    }
}
