using PaymentPipeline.Api.Disputes;
using PaymentPipeline.Api.Events;
using PaymentPipeline.Api.Gateways;
using PaymentPipeline.Api.PaymentMethods;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Refunds;

namespace PaymentPipeline.Api;

/// <summary>Every route of the API, by feature.</summary>
internal static class ApiRoutes
{
    public const string Prefix = "/v1";

    public static RouteGroupBuilder MapV1(this RouteGroupBuilder v1)
    {
        GetEvents.Map(v1);
        v1.MapPayments();
        v1.MapRefunds();
        v1.MapPaymentMethods();
        v1.MapDisputes();
        v1.MapGateways();
        return v1;
    }
}
