using System.Diagnostics;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>What a gateway's answer means for an operation: the one table of it.</summary>
internal static class GatewayAnswers
{
    /// <summary>The answer to a call, or to the same call again under the same key.</summary>
    /// <param name="isFirstTry">
    /// False when an earlier try may have reached the gateway: then an answer that tells of this try only settles nothing.
    /// </param>
    public static ApiOperationState StateOf(ApiOperationKind kind, GatewayReply reply, bool isFirstTry) => reply.Outcome switch
    {
        GatewayOutcome.Accepted => AcceptedStateOf(kind, reply.Facts),
        GatewayOutcome.Declined => ApiOperationState.Failed,
        GatewayOutcome.Refused or GatewayOutcome.NotDone => isFirstTry ? ApiOperationState.Failed : ApiOperationState.Unknown,
        GatewayOutcome.Unknown => ApiOperationState.Unknown,
        _ => throw new UnreachableException($"{reply.Outcome} has no meaning for an operation."),
    };

    /// <summary>What was read back. No trace of the operation is definite only where nothing can be on its way any more.</summary>
    public static ApiOperationState StateOfLookUp(ApiOperationKind kind, GatewayReply found, bool noTraceIsDefinite) => found.Outcome switch
    {
        GatewayOutcome.Accepted => AcceptedStateOf(kind, found.Facts),
        GatewayOutcome.Declined => ApiOperationState.Failed,
        GatewayOutcome.Refused => noTraceIsDefinite ? ApiOperationState.Failed : ApiOperationState.Unknown,
        GatewayOutcome.NotDone or GatewayOutcome.Unknown => ApiOperationState.Unknown,
        _ => throw new UnreachableException($"{found.Outcome} has no meaning for an operation."),
    };

    /// <summary>
    /// A payment is made once the gateway has it, whatever becomes of it later. Parts wait for their money: where the facts
    /// do not tell it, the gateway's webhook will.
    /// </summary>
    private static ApiOperationState AcceptedStateOf(ApiOperationKind kind, IReadOnlyList<Fact> facts) => kind switch
    {
        ApiOperationKind.Create or ApiOperationKind.Confirm => ApiOperationState.Succeeded,
        ApiOperationKind.Capture => Outcome(facts, FactKind.Captured, FactKind.CaptureRefused, FactKind.CaptureFailed),
        ApiOperationKind.Cancel => Outcome(facts, FactKind.Voided),
        ApiOperationKind.Refund => Outcome(facts, FactKind.RefundSucceeded, FactKind.RefundFailed),
        _ => throw new UnreachableException($"{kind} is no operation."),
    };

    private static ApiOperationState Outcome(IReadOnlyList<Fact> facts, FactKind done, params ReadOnlySpan<FactKind> failed)
    {
        foreach (var fact in facts)
            if (failed.Contains(fact.Kind))
                return ApiOperationState.Failed;
        foreach (var fact in facts)
            if (fact.Kind == done)
                return ApiOperationState.Succeeded;
        return ApiOperationState.Accepted;
    }
}
