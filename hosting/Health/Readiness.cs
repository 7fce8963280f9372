using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Hosting.Health;

/// <param name="Reason">Null when ready.</param>
internal sealed record CheckResult(string Name, string? Reason);

/// <summary>Asks the checks, all at once, and keeps the answer for a second, so that probes cost the same at any rate.</summary>
internal sealed class Readiness(IEnumerable<IReadinessCheck> checks, TimeProvider time, ILogger<Readiness> logger) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckAtMost = TimeSpan.FromSeconds(2);
    private static readonly CheckResult Stopping = new("process", "it is stopping");

    private readonly IReadinessCheck[] _checks = [.. checks];
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, string?> _lastReasons = [];
    private CheckResult[]? _results;
    private long _askedAt;
    private volatile bool _stopping;

    public void Stop() => _stopping = true;

    /// <summary>Each check's answer; ready when all reasons are null.</summary>
    public async Task<IReadOnlyList<CheckResult>> AskAsync(CancellationToken cancellationToken)
    {
        if (_stopping) return [Stopping];
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_results is null || time.GetElapsedTime(_askedAt) > KeptFor)
            {
                // Not the caller's token: the answer is shared, and a prober that hangs up must not spoil it for the next.
                _results = await Task.WhenAll(_checks.Select(AskOneAsync));
                _askedAt = time.GetTimestamp();
                LogChanges(_results);
            }
            return _results;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<CheckResult> AskOneAsync(IReadinessCheck check)
    {
        using var limit = new CancellationTokenSource(CheckAtMost, time);
        try
        {
            var reason = await check.CheckAsync(limit.Token).WaitAsync(CheckAtMost, time, CancellationToken.None);
            return new CheckResult(check.Name, reason);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return new CheckResult(check.Name, "it did not answer within 2 s");
        }
        catch (Exception exception)
        {
            // Whatever it was, it is not ready; the type is enough for a stranger.
            return new CheckResult(check.Name, $"the check failed ({exception.GetType().Name})");
        }
    }

    private void LogChanges(CheckResult[] results)
    {
        foreach (var (name, reason) in results)
        {
            var known = _lastReasons.TryGetValue(name, out var last);
            _lastReasons[name] = reason;
            if (reason is not null && reason != last) Log.NotReady(logger, name, reason);
            else if (reason is null && known && last is not null) Log.ReadyAgain(logger, name);
        }
    }

    public void Dispose() => _one.Dispose();
}
