using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>What became of a call, read back without any effect.</summary>
internal static class StripeLookUps
{
    private const string Kind = "look_up";

    /// <summary>Stripe's search follows its books within a minute, seldom later. Past this, what it does not find is not there.</summary>
    private static readonly TimeSpan SearchLag = TimeSpan.FromHours(1);

    public static async Task<GatewayReply> FindAsync(
        StripeApi api, LookUpCall call, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var reply = call.Kind switch
        {
            GatewayCallKind.Refund => await RefundAsync(api, call, call.OperationId ?? "", call.Amount, cancellationToken),
            GatewayCallKind.SaveMethod or GatewayCallKind.DetachMethod =>
                StripeErrors.Unknown("invalid_request", "A stored method is looked up by listing the user's."),
            _ when call.GatewayPaymentId is null => await SearchAsync(api, call, now, cancellationToken),
            _ => await IntentAsync(api, call, cancellationToken),
        };
        // That nothing could be read says nothing of what was done; only "there is none" does.
        return reply.Outcome is GatewayOutcome.Accepted or GatewayOutcome.Declined || IsNoTrace(reply)
            ? reply
            : reply with { Outcome = GatewayOutcome.Unknown };
    }

    public static Task<StripeAnswer> GetAsync(StripeApi api, PaymentCall call, CancellationToken cancellationToken) =>
        api.GetAsync(
            Kind, ["payment_intents", call.GatewayPaymentId ?? ""], new StripeForm().Add("expand[]", "latest_charge"), cancellationToken);

    /// <summary>Whether the payment as it stands shows that a call of that kind was done.</summary>
    public static GatewayReply Judge(
        StripeAnswer answer, JsonElement intent, GatewayCallKind kind, string? operationId, StripeExpectation expected)
    {
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        var told = StripeReplies.OfIntent(answer, intent, expected);
        if (told.Outcome == GatewayOutcome.Unknown) return told;
        var status = intent.RequiredText("status");
        var isDone = kind switch
        {
            GatewayCallKind.Confirm => told.Outcome == GatewayOutcome.Declined
                || status is not ("requires_payment_method" or "requires_confirmation" or "canceled"),
            // Each capture of ours left its id there.
            GatewayCallKind.Capture => operationId is not null && intent.At("metadata").Text(operationId) is not null,
            GatewayCallKind.Cancel => status == "canceled",
            _ => true,
        };
        if (!isDone) return NoTrace(told);
        // A failed attempt to pay is no word on what was done later.
        return kind is GatewayCallKind.Create or GatewayCallKind.Confirm
            ? told
            : told with { Outcome = GatewayOutcome.Accepted, Failure = null };
    }

    /// <summary>The refund that carries our id of it, among all of the payment's.</summary>
    public static async Task<GatewayReply> RefundAsync(
        StripeApi api, PaymentCall call, string operationId, Money amount, CancellationToken cancellationToken)
    {
        if (call.GatewayPaymentId is null) return StripeErrors.Unknown("not_found", "The payment's id at Stripe is not known.");
        var list = await api.ListAsync(Kind, ["refunds"], () => StripeRequests.RefundsOf(call.GatewayPaymentId), cancellationToken);
        foreach (var refund in list.Items)
            if (refund.At("metadata").Text(StripeRequests.OperationIdName) == operationId)
                return StripeReplies.Refund(list.Last, refund, call, operationId, amount);
        if (!list.Last.IsSuccess) return StripeErrors.Read(list.Last);
        return list.IsWhole
            ? NoTrace(new GatewayReply { Outcome = GatewayOutcome.Refused })
            : StripeErrors.Unknown("not_found", "The payment has more refunds than are looked through.");
    }

    private static async Task<GatewayReply> IntentAsync(StripeApi api, LookUpCall call, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(api, call, cancellationToken);
        return Judge(answer, answer.Body, call.Kind, call.OperationId, Expected(call, isOurs: call.Kind == GatewayCallKind.Create));
    }

    private static async Task<GatewayReply> SearchAsync(
        StripeApi api, LookUpCall call, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!Identifiers.TryParse(Identifiers.PaymentPrefix, call.PaymentId, out _))
            return StripeErrors.Unknown("invalid_request", "The payment's id is none of ours.");
        var query = new StripeForm()
            .Add("query", $"metadata['{StripeEvent.PaymentIdName}']:'{call.PaymentId}'")
            .Add("limit", "2")
            .Add("expand[]", "data.latest_charge");
        var answer = await api.GetAsync(Kind, ["payment_intents", "search"], query, cancellationToken);
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        var found = answer.Body.At("data");
        if (found.ValueKind != JsonValueKind.Array) throw new UnreadableWebhookException("The search has no \"data\".");
        return found.GetArrayLength() switch
        {
            1 => Judge(answer, found[0], call.Kind, call.OperationId, Expected(call, isOurs: true)),
            0 when now - call.SentAt >= SearchLag => NoTrace(new GatewayReply { Outcome = GatewayOutcome.Refused }),
            0 => StripeErrors.Unknown("not_found", "Stripe's search does not know the payment yet."),
            _ => StripeErrors.Unknown("mismatched_reply", "Stripe has more than one payment of that id."),
        };
    }

    private static StripeExpectation Expected(LookUpCall call, bool isOurs) => new(
        call.PaymentId, call.GatewayPaymentId, call.Amount.Currency,
        call.Kind is GatewayCallKind.Create or GatewayCallKind.Confirm ? call.Amount : null, isOurs);

    private static bool IsNoTrace(GatewayReply reply) => reply is { Outcome: GatewayOutcome.Refused, Failure.Code: "not_found" };

    private static GatewayReply NoTrace(GatewayReply told) => told with
    {
        Outcome = GatewayOutcome.Refused,
        Failure = new GatewayFailure("not_found", Message: "Stripe has no trace of the call."),
        NextAction = null,
    };
}
