using System.Diagnostics;
using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// A caller's wish from begin to answer, within the deadline. The work goes on when the caller leaves or the deadline passes;
/// whoever asks again with the same key gets its answer.
/// </summary>
internal sealed class OperationRequests(
    OperationStore store, OperationRunner runner, WorkInHand workInHand, IOptions<ApiOptions> options, TimeProvider time,
    ILogger<OperationRequests> logger)
{
    /// <summary>When to ask again for the outcome of what is still open.</summary>
    private static readonly TimeSpan askAgain = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _deadline = TimeSpan.FromSeconds(options.Value.RequestDeadlineSeconds);

    /// <param name="prepare">
    /// Makes the wish from what the books say now. Where it is refused, an answer that the key has already goes first.
    /// </param>
    public async Task<IResult> RunAsync(IdempotencyClaim claim, Func<Task<OperationStart>> prepare, CancellationToken callerGone)
    {
        var progress = new Progress();
        var work = workInHand.Track(() => WorkAsync(claim, prepare, progress));
        try
        {
            return await work.WaitAsync(_deadline, time, callerGone);
        }
        catch (OperationCanceledException) when (callerGone.IsCancellationRequested)
        {
            workInHand.Abandon(work);
            throw;
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            workInHand.Abandon(work);
            return progress.Begun is { } begun
                ? Pending(begun.Snapshot, begun.Operation)
                : Problems.DeadlineExceeded.ToResult(askAgain, "Nothing is lost: the same request with the same key goes on with it.");
        }
    }

    private async Task<IResult> WorkAsync(IdempotencyClaim claim, Func<Task<OperationStart>> prepare, Progress progress)
    {
        OperationStart start;
        try
        {
            start = await prepare();
        }
        catch (RefusalException refusal)
        {
            return await store.RecallAsync(claim, CancellationToken.None) is { } known
                ? await AnswerAsync(known, progress)
                : refusal.Result;
        }
        var begin = await store.BeginAsync(start, CancellationToken.None);
        if (begin is OperationBegin.Unresolved unresolved)
        {
            await ResolveAsync(unresolved.Operation.Id);
            begin = await store.BeginAsync(start, CancellationToken.None);
        }
        return await AnswerAsync(begin, progress);
    }

    private async Task<IResult> AnswerAsync(OperationBegin begin, Progress progress) => begin switch
    {
        OperationBegin.Begun begun => await FinishAsync(begun, progress),
        OperationBegin.Replayed replayed => new StoredResult(replayed.Response) { IsReplay = true },
        OperationBegin.Refused refused => new StoredResult(refused.Response),
        OperationBegin.InFlight => Problems.RequestInProgress.ToResult(askAgain),
        OperationBegin.KeyReused => Problems.IdempotencyKeyReused.ToResult(),
        OperationBegin.NotFound => Problems.NotFound.ToResult(),
        OperationBegin.Unresolved => Problems.OperationUnresolved.ToResult(
            askAgain, "What was asked before has an unknown outcome; it is being looked up at the gateway."),
        _ => throw new UnreachableException($"{begin} is no begin."),
    };

    private async Task<IResult> FinishAsync(OperationBegin.Begun begun, Progress progress)
    {
        progress.Begun = begun;
        try
        {
            var settled = await runner.FinishAsync(begun);
            return settled.Response is { } response
                ? new StoredResult(response) { RetryAfter = response.Status == StatusCodes.Status503ServiceUnavailable ? askAgain : null }
                : Pending(settled.Snapshot, settled.Operation);
        }
        catch (LeaseLostException)
        {
            Log.LeaseLost(logger, begun.Operation.Id);
            return Pending(begun.Snapshot, begun.Operation);
        }
    }

    private async Task ResolveAsync(Guid operationId)
    {
        try
        {
            await runner.ResolveAsync(operationId);
        }
        catch (LeaseLostException)
        {
            // Somebody else resolves it: the begin that follows finds what they found.
            Log.LeaseLost(logger, operationId);
        }
    }

    private static StoredResult Pending(PaymentSnapshot snapshot, ApiOperation operation) =>
        new(OperationAnswers.Pending(snapshot, operation)) { RetryAfter = askAgain };

    private sealed class Progress
    {
        private volatile OperationBegin.Begun? _begun;

        public OperationBegin.Begun? Begun
        {
            get => _begun;
            set => _begun = value;
        }
    }
}
