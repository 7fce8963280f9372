using System.Diagnostics.Metrics;

namespace PaymentPipeline.EventLog;

/// <summary>What the log counts. Times are in seconds, as OpenTelemetry asks.</summary>
internal static class EventLogMetrics
{
    private static readonly Meter meter = new("PaymentPipeline.EventLog");

    public static readonly Counter<long> RecordsAppended =
        meter.CreateCounter<long>("paymentpipeline.eventlog.records.appended", "{record}", "Records durable in the log.");

    public static readonly Counter<long> AppendsFailed =
        meter.CreateCounter<long>("paymentpipeline.eventlog.appends.failed", "{batch}", "Batches that failed; outcome unknown.");

    public static readonly Counter<long> AppendsRefused =
        meter.CreateCounter<long>("paymentpipeline.eventlog.appends.refused", "{append}", "Appends refused: queue full or too old.");

    public static readonly Histogram<double> AppendDuration =
        meter.CreateHistogram<double>("paymentpipeline.eventlog.append.duration", "s", "One batch, until durable.");

    public static readonly Histogram<int> AppendBatchSize =
        meter.CreateHistogram<int>("paymentpipeline.eventlog.append.batch_size", "{record}", "Records of one append transaction.");

    public static readonly Counter<long> RecordsRead =
        meter.CreateCounter<long>("paymentpipeline.eventlog.records.read", "{record}", "Records read, again included.");

    public static readonly Counter<long> BatchesHandled =
        meter.CreateCounter<long>("paymentpipeline.eventlog.consumer.batches", "{batch}", "Batches handled, by outcome.");

    public static readonly UpDownCounter<long> RecordsInHand =
        meter.CreateUpDownCounter<long>("paymentpipeline.eventlog.consumer.in_hand", "{record}", "Records read and not finished.");

    public static readonly Counter<long> Commits =
        meter.CreateCounter<long>("paymentpipeline.eventlog.consumer.commits", "{commit}", "Offset commits, by outcome.");

    public static readonly Counter<long> PartitionsFenced =
        meter.CreateCounter<long>("paymentpipeline.eventlog.consumer.fenced", "{partition}", "Commits refused: another member's.");

    public static readonly Gauge<long> Lag =
        meter.CreateGauge<long>("paymentpipeline.eventlog.consumer.lag", "{record}", "Records not yet finished by the group, by topic.");
}
