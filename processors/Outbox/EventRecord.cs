using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Outbox;

/// <summary>An event as a record: its id and type as headers, so that a consumer can skip it without parsing.</summary>
internal static class EventRecord
{
    public static LogAppend Of(StagedEvent staged) => new(
        staged.Topic, staged.Key,
        [new(LogHeaders.EventId, staged.EventId), new(LogHeaders.EventType, staged.EventType), .. staged.Headers],
        staged.Payload);
}
