using System.Buffers;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace PaymentPipeline.Hosting.Telemetry;

/// <summary>Collects all metrics when asked and renders them as text. One collection at a time.</summary>
internal sealed class PrometheusReader : IDisposable
{
    private static readonly TimeSpan CollectAtMost = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly TextExporter _exporter = new();

    public PrometheusReader() => Reader = new BaseExportingMetricReader(_exporter);

    public MetricReader Reader { get; }

    public async Task<byte[]> CollectAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _exporter.Text = [];
            _exporter.Collect?.Invoke((int)CollectAtMost.TotalMilliseconds);
            return _exporter.Text;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _one.Dispose();
        Reader.Dispose();
    }

    /// <summary>The reader sets <see cref="Collect"/>; the SDK calls <see cref="Export"/> back during it, on the same thread.</summary>
    [ExportModes(ExportModes.Pull)]
    private sealed class TextExporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public byte[] Text { get; set; } = [];
        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var families = new List<Metric>();
            foreach (var metric in batch) families.Add(metric);
            Text = PrometheusText.Render(families);
            return ExportResult.Success;
        }
    }
}
