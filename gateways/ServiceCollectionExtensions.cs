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
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddSingleton(new GatewayRegistration("Stripe", StripeGateway.Create));
        services.AddSingleton(new GatewayRegistration("Adyen", AdyenGateway.Create));
        services.AddSingleton(new GatewayRegistration("PayPal", PayPalGateway.Create));

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ConfiguredGateways(
            provider.GetServices<GatewayRegistration>(), configuration, provider));
        services.AddSingleton(provider => provider.GetRequiredService<ConfiguredGateways>().ToRegistry());
        services.AddSingleton<IValidateOptions<GatewaysOptions>>(provider => provider.GetRequiredService<ConfiguredGateways>());
        services.AddOptions<GatewaysOptions>().ValidateOnStart();
        return services;
    }
}
