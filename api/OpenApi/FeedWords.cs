using PaymentPipeline.Api.Disputes;
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
        new("GET /v1/disputes", "listDisputes", "Disputes", "Disputes, newest first")
        {
            Answer = typeof(DisputePage),
            Query =
            [
                new("paymentId", "Of one payment only."), new("status", "OPENED, FUNDS_WITHDRAWN, FUNDS_REINSTATED, LOST or WON."),
                new("cursor", "Where the last page ended."), new("limit", "Items of a page, at most 100.", IsNumber: true),
            ],
        },
        new("GET /v1/disputes/{id}", "getDispute", "Disputes", "Read a dispute") { Answer = typeof(DisputeResource) },
        new("GET /v1/gateways", "listGateways", "Operations", "How the gateways do") { Answer = typeof(GatewayList) },
    ];
}
