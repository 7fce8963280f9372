using System.Diagnostics.Metrics;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>What became of operations, every outcome counted, and how many wait for theirs.</summary>
internal sealed class OperationMetrics : IDisposable
{
    private const string Prefix = "paymentpipeline.api.";
    private readonly Meter _meter = new("PaymentPipeline.Api");
    private readonly Counter<long> _asked;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _failedOver;
    private readonly Counter<long> _takenOver;
    private readonly Counter<long> _answered;
    private readonly Histogram<double> _askSeconds;
    private OperationBacklog _backlog;
    private int _inHand;

    public OperationMetrics()
    {
        _answered = _meter.CreateCounter<long>(
            Prefix + "operations.begun", "{request}", "Requests that move money, by what came of the wish to begin");
        _asked = _meter.CreateCounter<long>(Prefix + "gateway.asked", "{call}", "Calls and look-ups for operations, by outcome");
        _settled = _meter.CreateCounter<long>(
            Prefix + "operations.settled", "{operation}", "Operations by kind and state after a settlement");
        _failedOver = _meter.CreateCounter<long>(
            Prefix + "operations.failed_over", "{operation}", "New payments that went to the next gateway");
        _takenOver = _meter.CreateCounter<long>(
            Prefix + "operations.taken_over", "{operation}", "By the completer, by state after it");
        _askSeconds = _meter.CreateHistogram<double>(
            Prefix + "gateway.duration", "s", "From the call to its outcome, tries included", advice: new()
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60],
            });
        _meter.CreateObservableGauge(
            Prefix + "operations.unresolved", () => _backlog.Unresolved, "{operation}", "Operations of which nobody knows the outcome");
        _meter.CreateObservableGauge(
            Prefix + "operations.unresolved.age", () => _backlog.OldestAge.TotalSeconds, "s", "Age of the oldest of them");
        _meter.CreateObservableGauge(
            Prefix + "operations.in_hand", () => _inHand, "{operation}", "Operations that this process works on");
    }

    public void Began(ApiOperationKind kind, OperationBegin begin) =>
        _answered.Add(1, new("kind", kind.ToString()), new KeyValuePair<string, object?>("as", begin.GetType().Name));

    /// <summary>The gateway was asked, or looked up.</summary>
    public void Asked(ApiOperation operation, GatewayTurn turn, TimeSpan took)
    {
        _asked.Add(1, Of(operation), new("outcome", turn.Reply.Outcome.ToString()));
        _askSeconds.Record(took.TotalSeconds, Of(operation));
    }

    public void Settled(ApiOperation operation) =>
        _settled.Add(1, Of(operation), new("kind", operation.Kind.ToString()), new("state", operation.State.ToString()));

    public void FailedOver(string from, string to) =>
        _failedOver.Add(1, new("from", from), new KeyValuePair<string, object?>("to", to));

    public void TakenOver(ApiOperation operation) => _takenOver.Add(1, Of(operation), new("state", operation.State.ToString()));

    public void Backlog(OperationBacklog backlog) => _backlog = backlog;

    public void InHand(int operations) => _inHand = operations;

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Of(ApiOperation operation) => new("gateway", operation.Gateway);
}
