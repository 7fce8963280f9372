using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Events;

/// <summary>The event of a payout, keyed by the payout.</summary>
internal static class PayoutData
{
    public static OutgoingEvent Settled(Payout payout, Fact fact)
    {
        var subject = Identifiers.Format(Identifiers.PayoutPrefix, payout.Id);
        return CloudEvent.Write(
            EventTypes.PayoutSettled, subject, subject, payout.Id, payout.Version, fact.OccurredAt, (subject, payout, fact),
            static (json, state) =>
            {
                var (id, payout, fact) = state;
                json.WriteString("gateway"u8, payout.Gateway);
                json.WriteString("occurredAt"u8, fact.OccurredAt.UtcDateTime);
                json.WriteStartObject("payout"u8);
                json.WriteString("id"u8, id);
                json.WriteString("gatewayId"u8, payout.GatewayPayoutId);
                json.WriteNumber("amount"u8, payout.Amount.AmountMinor);
                json.WriteString("currency"u8, payout.Amount.Currency.Code);
                json.WriteString("status"u8, WordOf(payout.Status));
                if (fact.Details.ArrivesAt is { } arrivesAt)
                    json.WriteString("arrivesAt"u8, arrivesAt.UtcDateTime);
                else
                    json.WriteNull("arrivesAt"u8);
                json.WriteEndObject();
            });
    }

    private static string WordOf(PayoutStatus status) => status switch
    {
        PayoutStatus.Pending => "pending",
        PayoutStatus.Paid => "paid",
        PayoutStatus.Failed => "failed",
        _ => throw new System.Diagnostics.UnreachableException($"Payout status {status} has no public word."),
    };
}
