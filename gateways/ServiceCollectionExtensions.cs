using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PaymentPipeline.Gateways.Adyen;
using PaymentPipeline.Gateways.PayPal;
using PaymentPipeline.Gateways.Stripe;

namespace PaymentPipeline.Gateways;

public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds the <see cref="GatewayRegistry"/> with every gateway that has a section below <c>Gateways</c>. One that has
    /// none is not found by its name. Any problem in any section stops the start, all of them in one message.
    /// </summary>
    public static IServiceCollection AddGateways(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddConfigured(configuration, registration => registration.Create);
        services.AddSingleton(provider => new GatewayRegistry(provider.GetRequiredService<ConfiguredGateways<IWebhookGateway>>().All));
        return services;
    }

    /// <summary>
    /// Adds the <see cref="PaymentGatewayRegistry"/> with every gateway that has credentials for its API. Needs no webhook
    /// secrets, and <see cref="AddGateways"/> needs no credentials: each process gets what it needs only.
    /// </summary>
    public static IServiceCollection AddPaymentGateways(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddConfigured(configuration, registration => registration.CreateClient);
        services.AddSingleton(provider => new PaymentGatewayRegistry(
            provider.GetRequiredService<ConfiguredGateways<IPaymentGateway>>().All.Where(gateway => gateway.Accounts.Count > 0)));
        return services;
    }

    private static void AddConfigured<TGateway>(
        this IServiceCollection services, IConfiguration configuration, Func<GatewayRegistration, Func<GatewaySetup, TGateway>?> factory)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddSingleton(new GatewayRegistration("Stripe", StripeGateway.Create, StripeClient.Create));
        services.AddSingleton(new GatewayRegistration("Adyen", AdyenGateway.Create, AdyenClient.Create));
        services.AddSingleton(new GatewayRegistration("PayPal", PayPalGateway.Create, PayPalClient.Create));

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ConfiguredGateways<TGateway>(
            provider.GetServices<GatewayRegistration>(), factory, configuration, provider));
        services.AddSingleton<IValidateOptions<GatewaysOptions>>(
            provider => provider.GetRequiredService<ConfiguredGateways<TGateway>>());
        services.AddOptions<GatewaysOptions>().ValidateOnStart();
    }
}
