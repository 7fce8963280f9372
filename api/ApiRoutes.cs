using PaymentPipeline.Api.Events;

namespace PaymentPipeline.Api;

/// <summary>Every route of the API, by feature.</summary>
internal static class ApiRoutes
{
    public const string Prefix = "/v1";

    public static RouteGroupBuilder MapV1(this RouteGroupBuilder v1)
    {
        GetEvents.Map(v1);
        return v1;
    }
}
