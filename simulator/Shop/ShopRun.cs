using System.Threading.Channels;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>One run from the first order to the summary. Settle all or say why not: <see cref="Completion"/> never throws.</summary>
internal sealed class ShopRun : IDisposable
{
    private readonly ShopOptions _options;
    private readonly Signing _signing;
    private readonly TruthFolder _truth;
    private readonly TimeProvider _time;
    private readonly ShopPlan _plan;
    private readonly RunCounters _counters = new();
    private readonly CancellationTokenSource _stop = new();
    private long _started;
    private TimeSpan? _elapsed;
    private string? _ended, _failure;

    public ShopRun(ShopOptions options, Signing signing, string truthFolder, TimeProvider time)
    {
        (_options, _signing, _time) = (options, signing, time);
        _truth = new TruthFolder(truthFolder);
        _plan = new ShopPlan(options, signing);
        _started = time.GetTimestamp();
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the truth is on the disk.</summary>
    public Task Completion { get; }

    public RunProgress Progress => _counters.Read(
        _options.Seed, _plan.Orders, _elapsed ?? _time.GetElapsedTime(_started), _ended, _failure);

    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Dispose();
        _truth.Dispose();
        _signing.Dispose();
    }

    private async Task RunAsync()
    {
        string ended;
        try
        {
            var deliveries = _options.Prepare ? _plan.Deliveries().ToList() : _plan.Deliveries();
            _started = _time.GetTimestamp();
            await DeliverAsync(deliveries);
            ended = _stop.IsCancellationRequested ? "stopped" : "finished";
        }
        catch (Exception failure)
        {
            // Whatever broke is shown by the progress and by an incomplete summary; the simulator itself goes on.
            (ended, _failure) = ("failed", failure.ToString());
        }
        _elapsed = _time.GetElapsedTime(_started);
        _truth.Finish(Progress with { Running = false, Ended = ended }, complete: ended == "finished");
        _ended = ended;
    }

    private async Task DeliverAsync(IEnumerable<Webhook> deliveries)
    {
        using var courier = new Courier(_options, _signing, _truth, _counters, _time);
        var channel = Channel.CreateBounded<Webhook>(new BoundedChannelOptions(4 * _options.Concurrency) { SingleWriter = true });
        var couriers = Enumerable.Range(0, _options.Concurrency).Select(_ => WorkAsync(courier, channel.Reader)).ToArray();
        using var flush = _time.CreateTimer(_ => _truth.Flush(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        try
        {
            await FeedAsync(deliveries, channel.Writer);
        }
        catch (OperationCanceledException)
        {
            // Stopped: what is in the channel is given up by the couriers, the rest was never begun.
        }
        finally
        {
            channel.Writer.Complete();
            await Task.WhenAll(couriers);
        }
    }

    private async Task WorkAsync(Courier courier, ChannelReader<Webhook> deliveries)
    {
        try
        {
            await courier.WorkAsync(deliveries, _stop.Token);
        }
        catch
        {
            // A broken courier (a full disk) ends the run: the feeder must not wait for it for ever.
            await _stop.CancelAsync();
            throw;
        }
    }

    private async Task FeedAsync(IEnumerable<Webhook> deliveries, ChannelWriter<Webhook> couriers)
    {
        var pace = new Pace(_options.Rate, _time);
        foreach (var webhook in deliveries)
        {
            if (_stop.IsCancellationRequested) return;
            _truth.Expect(webhook);
            if (webhook.IsDropped)
            {
                _counters.CountDropped();
                _truth.Settle(webhook);
                continue;
            }
            await pace.WaitAsync(_stop.Token);
            await couriers.WriteAsync(webhook, _stop.Token);
        }
    }
}
