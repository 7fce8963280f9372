using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Gateways;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Recovery;
using PaymentPipeline.Api.Refunds;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Api.Routing;

namespace PaymentPipeline.Api.Operations;

/// <summary>What moves money: the routes' classes, the engine behind them, and the completer.</summary>
internal static class OperationRegistration
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>();
        services.AddOptions<ApiOptions>().BindConfiguration(ApiOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>();
        services.AddOptions<RoutingOptions>().BindConfiguration(RoutingOptions.Section).ValidateOnStart();

        services.AddSingleton<RequestRules>();
        services.AddSingleton<Router>();
        services.AddSingleton<WaysToPay>();
        services.AddSingleton<CreatePayment>();
        services.AddSingleton<GetPayment>();
        services.AddSingleton<ConfirmPayment>();
        services.AddSingleton<CapturePayment>();
        services.AddSingleton<CancelPayment>();
        services.AddSingleton<CreateRefund>();
        services.AddSingleton<GetGateways>();
        services.AddSingleton<ListPayments>();
        services.AddSingleton<GetTransactions>();
        services.AddSingleton<GetTimeline>();
        services.AddSingleton<GetRefund>();
        services.AddSingleton<ListRefunds>();

        services.AddSingleton<OperationMetrics>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<OperationRequests>();
        services.AddSingleton<WorkInHand>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkInHand>());
        services.AddHostedService<Completer>();
        return services;
    }
}
