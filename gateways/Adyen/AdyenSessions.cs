using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Sessions, in which the payer chooses a way to pay with Adyen's client-side library. A session is no payment: Adyen makes one for
/// each attempt in it, and the webhooks name them.
/// </summary>
internal static class AdyenSessions
{
    public static GatewayReply Read(JsonElement root, AdyenPaymentBody asked, Money amount, IReadOnlyList<Fact> facts)
    {
        if (root.RequiredText("reference") != asked.Reference)
            return AdyenErrors.Mismatched("reference");
        if (root.RequiredText("merchantAccount") != asked.MerchantAccount)
            return AdyenErrors.Mismatched("merchantAccount");
        if (!root.At("amount").Exists() || !AdyenPaymentReplies.IsOurAmount(root, amount))
            return AdyenErrors.Mismatched("amount");
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            Facts = facts,
            ClientSecret = root.RequiredText("sessionData"),
            NextAction = new NextAction("use_client_library", null, new JsonObject { ["id"] = root.RequiredText("id") }.ToJsonString()),
        };
    }

    /// <summary>
    /// Nothing has been paid with yet, and an attempt that fails can be followed by another: Adyen has no payment that this could be about,
    /// so that it goes by our id.
    /// </summary>
    public static Fact Waiting(CreatePaymentCall call, FactKind kind, DateTimeOffset at) => new()
    {
        Gateway = "adyen",
        Account = call.Account,
        Kind = kind,
        Key = FactKey.Of(kind, call.PaymentId),
        Reference = call.PaymentId,
        Aliases = [call.PaymentId],
        FoundsPayment = false,
        OccurredAt = at,
        Amount = call.Amount,
    };
}
