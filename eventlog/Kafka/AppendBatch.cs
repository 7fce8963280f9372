using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>Counts the acknowledgements of one append: one completion for all records, none per record.</summary>
internal sealed class AppendBatch
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left;
    private DeliveryReport<string, ReadOnlyMemory<byte>>? firstFailed;

    public AppendBatch(int records)
    {
        left = records;
        Handler = Delivered;
    }

    public Action<DeliveryReport<string, ReadOnlyMemory<byte>>> Handler { get; }

    public Task Completion => done.Task;

    private void Delivered(DeliveryReport<string, ReadOnlyMemory<byte>> report)
    {
        if (report.Error.IsError) Interlocked.CompareExchange(ref firstFailed, report, null);
        if (Interlocked.Decrement(ref left) > 0) return;
        if (firstFailed is null) done.SetResult();
        else done.SetException(ClientErrors.OfAppend(firstFailed.Topic, firstFailed.Error));
    }
}
