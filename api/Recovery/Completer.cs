using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Recovery;

/// <summary>
/// Finishes what nobody works on any more: operations whose process died at any point, and operations of unknown outcome whose next
/// try is due. It takes the same way as the request that began them, under a lease of its own. Every process runs one; the lease
/// decides who has an operation.
/// </summary>
internal sealed class Completer(
    OperationStore store, OperationRunner runner, IOptions<ApiOptions> options, TimeProvider time, OperationMetrics metrics,
    ILogger<Completer> logger) : BackgroundService
{
    /// <summary>By then several minutes have passed: somebody should look.</summary>
    private const int TriesBeforeAlarm = 5;

    private readonly TimeSpan _poll = TimeSpan.FromMilliseconds(options.Value.CompleterPollMs);
    private readonly int _lanes = options.Value.CompleterLanes;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var inHand = new List<Task>();
        try
        {
            while (true)
            {
                inHand.RemoveAll(task => task.IsCompleted);
                var taken = await TakeOverAsync(_lanes - inHand.Count, stoppingToken);
                foreach (var begun in taken) inHand.Add(FinishAsync(begun));
                if (taken.Count == 0 || inHand.Count >= _lanes) await Task.Delay(_poll, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is in hand ends first: the gateway may have been asked already.
            await Task.WhenAll(inHand);
        }
    }

    private async Task<IReadOnlyList<OperationBegin.Begun>> TakeOverAsync(int atMost, CancellationToken stoppingToken)
    {
        if (atMost <= 0) return [];
        try
        {
            var taken = await store.TakeOverAsync(atMost, null, stoppingToken);
            metrics.Backlog(await store.BacklogAsync(stoppingToken));
            return taken;
        }
        catch (Exception exception) when (DatabaseErrors.Classify(exception) is not null)
        {
            // The next look finds the same: what was taken over without our knowing keeps its lease until it runs out.
            Log.TakeOverFailed(logger, DatabaseErrors.Describe(exception));
            return [];
        }
    }

    private async Task FinishAsync(OperationBegin.Begun begun)
    {
        var operation = begun.Operation;
        try
        {
            var settled = await runner.FinishAsync(begun);
            metrics.TakenOver(settled.Operation);
            Log.TakenOver(logger, operation.Id, operation.Kind, operation.Gateway, settled.Operation.State, operation.Tries);
            if (settled.Operation.State == ApiOperationState.Unknown && operation.Tries >= TriesBeforeAlarm)
                Log.StillUnknown(
                    logger, operation.Id, operation.Kind, operation.Gateway,
                    Math.Round((time.GetUtcNow() - operation.StartedAt).TotalMinutes, 1), operation.Tries);
        }
        catch (LeaseLostException)
        {
            Log.LeaseLost(logger, operation.Id);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It stays open in the books and is taken over again when its lease has run out; the others go on.
            Log.CompletionFailed(logger, exception, operation.Id);
        }
    }
}
