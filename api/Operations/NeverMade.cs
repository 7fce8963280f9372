using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// The one fact that we tell ourselves: a payment that the API recorded and that no gateway made. Without it the payment would wait
/// for ever for somebody to tell its end.
/// </summary>
internal static class NeverMade
{
    /// <summary>The reply's facts, and ours when they do not tell the failure.</summary>
    public static IReadOnlyList<Fact> Told(ApiOperation operation, GatewayReply reply, DateTimeOffset now)
    {
        if (reply.Facts.Any(fact => fact.Kind is FactKind.Failed or FactKind.AttemptFailed)) return reply.Facts;
        var name = GatewayCalling.PublicIdOf(operation.PaymentId);
        return
        [
            .. reply.Facts,
            new Fact
            {
                Gateway = operation.Gateway,
                Account = operation.Account,
                Kind = FactKind.Failed,
                Key = FactKey.Of(FactKind.Failed, name),
                Reference = name,
                Aliases = [name],
                FoundsPayment = false,
                PartId = name,
                OccurredAt = now,
                Details = reply.Failure?.In(FactDetails.None) ?? FactDetails.None,
            },
        ];
    }
}
