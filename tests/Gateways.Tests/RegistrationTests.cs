using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace PaymentPipeline.Gateways.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void H60_a_gateway_without_a_section_is_not_found()
    {
        using var services = Services(("Gateways:Stripe:WebhookSecrets:0", "whsec_1"));
        var registry = services.GetRequiredService<GatewayRegistry>();
        Assert.NotNull(registry.Find("stripe"));
        foreach (var name in (string[])["adyen", "paypal", "mock", "Stripe", "__proto__", "../", ""]) Assert.Null(registry.Find(name));
    }

    [Fact]
    public async Task Every_problem_of_every_section_is_named_at_once_and_stops_the_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(Settings(
            ("Gateways:Stripe:WebhookSecrets:0", "  "),
            ("Gateways:Stripe:WebhookSecrets:1:Value", "whsec_known"),
            ("Gateways:Stripe:WebhookSecrets:1:ExpiresAt", "tomorrow"),
            ("Gateways:Stripe:ToleranceSeconds", "0"),
            ("Gateways:Stripe:Accounts:eu:ToleranceSeconds", "ten"),
            ("Gateways:Stripe:Accounts:de fault:WebhookSecrets:0", "whsec_2"),
            ("Gateways:Adyen:HmacKeys:0", "not hex")));
        builder.Services.AddGateways(builder.Configuration);
        using var host = builder.Build();

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        foreach (var path in (string[])[
            "Gateways:Stripe:WebhookSecrets:0 is blank",
            "Gateways:Stripe:WebhookSecrets:1:ExpiresAt",
            "Gateways:Stripe:ToleranceSeconds",
            "Gateways:Stripe:Accounts:eu ",
            "Gateways:Stripe:Accounts:eu:WebhookSecrets needs at least one",
            "Gateways:Stripe:Accounts:de fault",
            "Gateways:Adyen:HmacKeys:0"])
        {
            Assert.Contains(refusal.Failures, failure => failure.StartsWith(path, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("whsec_known", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_asked_for_before_the_start_refuses_the_same_way()
    {
        using var services = Services(("Gateways:Stripe:ToleranceSeconds", "300"));
        Assert.Throws<OptionsValidationException>(services.GetRequiredService<GatewayRegistry>);
    }

    [Fact]
    public void Accounts_are_the_section_itself_and_those_below_it()
    {
        using var both = Services(("Gateways:Stripe:WebhookSecrets:0", "a"), ("Gateways:Stripe:Accounts:eu:WebhookSecrets:0", "b"));
        Assert.Equal(["default", "eu"], both.GetRequiredService<GatewayRegistry>().Find("stripe")!.Accounts.Order());
        using var named = Services(("Gateways:Stripe:Accounts:eu:WebhookSecrets:0", "b"));
        Assert.Equal(["eu"], named.GetRequiredService<GatewayRegistry>().Find("stripe")!.Accounts);
    }

    [Theory]
    [InlineData("2026-12-01T00:00:00")]
    [InlineData("2026-12-01")]
    [InlineData("01.12.2026 00:00 +00:00")]
    [InlineData("")]
    public void An_expiry_without_an_offset_is_refused(string expiry)
    {
        using var services = Services(
            ("Gateways:Stripe:WebhookSecrets:0:Value", "whsec_1"), ("Gateways:Stripe:WebhookSecrets:0:ExpiresAt", expiry));
        Assert.Throws<OptionsValidationException>(services.GetRequiredService<GatewayRegistry>);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(settings)).Build();
        return new ServiceCollection().AddGateways(configuration).BuildServiceProvider();
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(params (string Name, string Value)[] settings) =>
        settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value));
}
