using PaymentPipeline.Api.Gateways;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>Events, disputes and how the gateways do.</summary>
internal static class FeedWords
{
    public static readonly OperationWords[] All =
    [
        new("GET /v1/events", "listEvents", "Events", "The published events after a cursor")
        {
            Description = "With `wait` the answer comes as soon as there is an event; with `Accept: text/event-stream` they keep coming.",
            Query =
            [
                new("after", "The cursor of the last event that was seen; absent: from the beginning."),
                new("types", "Event types, with commas."), new("paymentId", "Of one payment only."),
                new("limit", "Events of a page.", IsNumber: true), new("wait", "Seconds to wait for an event.", IsNumber: true),
            ],
        },
        new("GET /v1/disputes", "listDisputes", "Disputes", "Disputes, newest first"),
        new("GET /v1/disputes/{id}", "getDispute", "Disputes", "Read a dispute"),
        new("GET /v1/gateways", "listGateways", "Operations", "How the gateways do") { Answer = typeof(GatewayList) },
    ];
}
