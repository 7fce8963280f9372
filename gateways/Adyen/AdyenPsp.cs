using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Which payment a call is about, by Adyen's id of it.</summary>
internal static class AdyenPsp
{
    /// <summary>Null when Adyen has told none yet.</summary>
    public static string? Of(PaymentCall call, IReadOnlyList<string>? aliases = null)
    {
        if (call.GatewayPaymentId is { Length: > 0 } id && !IsOurs(id))
            return id;

        // A payment that began as a session got its id from a webhook. Of several ids one could be a modification's.
        var theirs = (aliases ?? []).Where(alias => !IsOurs(alias)).Take(2).ToList();
        return theirs.Count == 1 ? theirs[0] : null;
    }

    private static bool IsOurs(string id) =>
        AdyenReference.Read(id).Id is not null || id.StartsWith(Identifiers.PaymentPrefix, StringComparison.Ordinal);
}
