using System.Diagnostics.Metrics;

namespace PaymentPipeline.Storage;

/// <summary>What the books tell about themselves.</summary>
public sealed class StorageMetrics : IDisposable
{
    public const string MeterName = "PaymentPipeline.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _races;

    public StorageMetrics() => _races = _meter.CreateCounter<long>(
        "paymentpipeline.storage.races", "{transaction}", "Transactions tried again because another one was faster.");

    public void Raced(string sqlState) => _races.Add(1, new KeyValuePair<string, object?>("sqlstate", sqlState));

    public void Dispose() => _meter.Dispose();
}
