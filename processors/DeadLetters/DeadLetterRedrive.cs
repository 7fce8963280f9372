using PaymentPipeline.Processors.Webhooks;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.DeadLetters;

public enum RedriveOutcome
{
    NotFound,

    /// <summary>It was driven again before, with success: nothing was done now.</summary>
    AlreadyDone,

    /// <summary>Its events have taken effect, or wait for their payment.</summary>
    Applied,

    /// <summary>Everything in it was known already.</summary>
    Duplicate,

    /// <summary>It is refused as before, and stays open.</summary>
    RefusedAgain,
}

/// <summary>
/// Drives a dead letter again: its bytes are read anew and committed like a fresh record. Claims and fact keys make any number
/// of re-drives have one effect, wherever one of them dies.
/// </summary>
public sealed class DeadLetterRedrive(DeadLetterStore letters, PaymentStore payments, RecordReader reader, TimeProvider time)
{
    /// <param name="worker">Who asked for it; kept in the audit row.</param>
    public async Task<RedriveOutcome> RedriveAsync(long id, string worker, CancellationToken cancellationToken)
    {
        if (await letters.FindAsync(id, cancellationToken) is not { } content) return RedriveOutcome.NotFound;
        if (!content.Letter.IsOpen) return RedriveOutcome.AlreadyDone;

        var result = await payments.CommitBatchAsync([reader.Read(content)], worker, cancellationToken);
        var outcome = result switch
        {
            { Quarantined: > 0 } => RedriveOutcome.RefusedAgain,
            { Applied: 0, Parked: 0, Ignored: 0, NoFacts: 0 } => RedriveOutcome.Duplicate,
            _ => RedriveOutcome.Applied,
        };
        await letters.MarkRedrivenAsync(
            id, outcome == RedriveOutcome.RefusedAgain ? null : outcome.ToString().ToLowerInvariant(), time.GetUtcNow(), cancellationToken);
        return outcome;
    }
}
