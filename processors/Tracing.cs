using System.Diagnostics;
using PaymentPipeline.EventLog;

namespace PaymentPipeline.Processors;

/// <summary>W3C trace context through the batch: one span per batch, linked to the request of each webhook in it.</summary>
internal static class Tracing
{
    // A span with thousands of links helps nobody and costs much.
    private const int LinksMax = 32;

    private static readonly ActivitySource source = new("PaymentPipeline.Processors");

    public static Activity? StartBatch(IReadOnlyList<LogRecord> records)
    {
        if (!source.HasListeners()) return null;
        var links = new List<ActivityLink>();
        foreach (var record in records)
        {
            if (links.Count == LinksMax) break;
            if (ActivityContext.TryParse(record.Header(LogHeaders.TraceParent), null, isRemote: true, out var context))
                links.Add(new ActivityLink(context));
        }
        var activity = source.StartActivity("webhooks.apply", ActivityKind.Consumer, default(ActivityContext), links: links);
        activity?.SetTag("messaging.batch.message_count", records.Count);
        activity?.SetTag("messaging.destination.name", records[0].Partition.Topic);
        return activity;
    }
}
