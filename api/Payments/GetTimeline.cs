using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Payments;

/// <summary>What the books know of one payment, oldest first.</summary>
internal sealed record Timeline(string PaymentId, IReadOnlyList<TimelineResource> Entries);

/// <param name="RecordedAt">Our time.</param>
/// <param name="OccurredAt">The gateway's time, where it has one.</param>
/// <param name="Kind">webhook, parked, transition, event, operation or dead_letter.</param>
/// <param name="Name">The event's type, the statuses, the operation's kind.</param>
/// <param name="Outcome">The verdict, the version, the state.</param>
/// <param name="Reference">The id by which to find it.</param>
internal sealed record TimelineResource(
    DateTimeOffset RecordedAt, DateTimeOffset? OccurredAt, string Kind, string Name, string? Outcome, string? Reference);

/// <summary><c>GET /v1/payments/{id}/timeline</c></summary>
internal sealed class GetTimeline(TenantAccounts accounts, PaymentHistory history)
{
    public async Task<IResult> HandleAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        var entries = await history.TimelineAsync(PaymentIds.Parse(id), accounts.VisibilityOf(caller), cancellationToken);
        if (entries is null) return Problems.NotFound.ToResult();
        var timeline = new Timeline(id, [.. entries.Select(entry => new TimelineResource(
            entry.RecordedAt, entry.OccurredAt, entry.Kind, entry.Name, entry.Outcome, entry.Reference))]);
        return Results.Json(timeline, AnswerJson.Default.Timeline);
    }
}
