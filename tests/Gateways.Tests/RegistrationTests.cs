using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace PaymentPipeline.Gateways.Tests;

public sealed class RegistrationTests
{
    private const string Secret = "whsec_a_secret_of_the_registration_1";

    [Fact]
    public void H60_a_gateway_without_a_section_is_not_found()
    {
        using var services = Services(("Gateways:Stripe:WebhookSecrets:0", Secret));
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
            ("Gateways:Stripe:WebhookSecrets:1:Value", "whsec_known_to_be_somebodys_secret"),
            ("Gateways:Stripe:WebhookSecrets:1:ExpiresAt", "tomorrow"),
            ("Gateways:Stripe:ToleranceSeconds", "0"),
            ("Gateways:Stripe:Accounts:eu:ToleranceSeconds", "ten"),
            ("Gateways:Stripe:Accounts:de fault:WebhookSecrets:0", Secret),
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
        using var both = Services(("Gateways:Stripe:WebhookSecrets:0", Secret), ("Gateways:Stripe:Accounts:eu:WebhookSecrets:0", Secret));
        Assert.Equal(["default", "eu"], both.GetRequiredService<GatewayRegistry>().Find("stripe")!.Accounts.Order());
        using var named = Services(("Gateways:Stripe:Accounts:eu:WebhookSecrets:0", Secret));
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
            ("Gateways:Stripe:WebhookSecrets:0:Value", Secret), ("Gateways:Stripe:WebhookSecrets:0:ExpiresAt", expiry));
        Assert.Throws<OptionsValidationException>(services.GetRequiredService<GatewayRegistry>);
    }

    /// <summary>
    /// The other half of H128, a Standard Webhooks id with a dot in it (ambiguous where id, time and body are joined by dots):
    /// nobody who sends to us signs so, and we send no webhooks. What Stripe joins is a number and the body.
    /// </summary>
    [Theory]
    [InlineData("whsec_", false)]
    [InlineData("whsec_x", false)]
    [InlineData("whsec_12345678901234567890123", false)]
    [InlineData("whsec_123456789012345678901234", true)]
    [InlineData("whsec_äöüäöüäöüäöü", true)]
    public void H128_a_secret_under_24_bytes_refuses_the_start(string secret, bool starts)
    {
        using var services = Services(
            ("Gateways:Stripe:WebhookSecrets:0", Secret), ("Gateways:Stripe:Accounts:eu:WebhookSecrets:1:Value", secret));
        if (starts)
        {
            Assert.NotNull(services.GetRequiredService<GatewayRegistry>().Find("stripe"));
            return;
        }

        var refusal = Assert.Throws<OptionsValidationException>(services.GetRequiredService<GatewayRegistry>);

        var line = Assert.Single(refusal.Failures);
        Assert.StartsWith("Gateways:Stripe:Accounts:eu:WebhookSecrets:1 is too short", line, StringComparison.Ordinal);
        Assert.DoesNotContain("1234567", line, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(settings)).Build();
        return new ServiceCollection().AddGateways(configuration).BuildServiceProvider();
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(params (string Name, string Value)[] settings) =>
        settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value));
}
