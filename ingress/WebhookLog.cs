using PaymentPipeline.EventLog;

namespace PaymentPipeline.Ingress;

/// <summary>
/// The way into the event log. Until the log has shown once that it can keep what it acknowledges, every append is refused:
/// a log that is down at start makes us not ready, it does not end the process.
/// </summary>
internal sealed class WebhookLog(
    IEventLog log, WebhookRoutes routes, AppendWaits waits, IngressMetrics metrics, TimeProvider time, ILogger<WebhookLog> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private volatile string? _notUsable = "the log has not been checked yet";

    /// <summary>Null when the record is durable. The caller leaving does not stop an append.</summary>
    public async ValueTask<Refusal?> AppendAsync(LogAppend record, InFlightBody body)
    {
        if (_notUsable is not null) return Refusal.LogUnavailable;
        var started = time.GetTimestamp();
        var append = log.AppendAsync([record], CancellationToken.None);
        try
        {
            if (!await waits.ForAsync(append))
            {
                body.DisposeAfter(append);
                return Refusal.LogSlow;
            }
            await append;
            metrics.Appended(time.GetElapsedTime(started));
            return null;
        }
        catch (EventLogException failure)
        {
            body.Abandon();
            Log.AppendFailed(logger, record.Topic, failure.Message);
            return Refusal.LogUnavailable;
        }
        catch
        {
            body.Abandon();
            throw;
        }
    }

    /// <summary>Null when appends are taken and kept.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken) =>
        _notUsable ?? await log.CheckHealthAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (routes.Topics.Count == 0) Log.NoGateways(logger);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await log.EnsureTopicsAsync(routes.Topics, stoppingToken);
                _notUsable = null;
                Log.LogUsable(logger, log.Engine);
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever is wrong with the log, the answer is the same: not ready, and try again.
                if (_notUsable != failure.Message) Log.LogNotUsable(logger, log.Engine, failure.Message);
                _notUsable = failure is EventLogException ? failure.Message : $"the log cannot be reached ({failure.GetType().Name})";
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }
}
