using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What a reply must be about to be believed.</summary>
/// <param name="OperationId">Of the part; null for the payment itself.</param>
/// <param name="IsNamed">It was made by us just now, so it must carry our payment id; else it may be a payment that others made.</param>
internal sealed record PayPalExpected(
    string Account, string PaymentId, Money Amount, string? OperationId = null, bool IsNamed = false, string? UserId = null)
{
    public static PayPalExpected Of(CreatePaymentCall call) =>
        new(call.Account, call.PaymentId, call.Amount, IsNamed: true, UserId: call.UserId);
    public static PayPalExpected Of(ConfirmPaymentCall call) =>
        new(call.Account, call.PaymentId, call.Amount, UserId: call.UserId);
    public static PayPalExpected Of(PartCall call) => new(call.Account, call.PaymentId, call.Amount, call.OperationId);
    public static PayPalExpected Of(LookUpCall call) => new(call.Account, call.PaymentId, call.Amount, call.OperationId);
}

/// <summary>
/// Makes replies of what PayPal tells of a resource, by the readers of its webhooks. What is of another amount or of another
/// payment than asked for is never a success.
/// </summary>
internal static class PayPalReplies
{
    public static GatewayReply OfOrder(PayPalExpected expected, PayPalAnswer answer)
    {
        var order = answer.Body;
        if (MismatchOf(expected, order) is { } mismatch)
            return Mismatched(mismatch);
        var notice = PayPalNotice.OfReply(expected.Account, order, answer.At);
        var facts = new List<Fact>(PayPalOrderFacts.Of(notice));
        var made = facts.FirstOrDefault(fact => fact.Kind is FactKind.Captured or FactKind.Authorized or FactKind.Processing);
        var reply = OfFacts(facts) with
        {
            GatewayPaymentId = IdOf(order),
            GatewayReference = made?.PartId ?? made?.Key.Value.Split(':')[^1],
            GatewayCustomerId = PayPalOtherFacts.VaultOf(order.At("payment_source")).At("customer").Text("id"),
            NextAction = NextActionOf(order),
        };
        return PayPalOtherFacts.TokenKeptWith(notice) is { } token
            ? reply with { Facts = [.. facts, token with { UserId = expected.UserId }] }
            : reply;
    }

    /// <param name="authorization">What it took from, where that is known.</param>
    public static GatewayReply OfCapture(
        PayPalExpected expected, JsonElement capture, DateTimeOffset at, string? order, string? authorization)
    {
        if (PartMismatchOf(expected, capture) is { } mismatch)
            return Mismatched(mismatch);
        var notice = PayPalNotice.OfReply(expected.Account, capture, at);
        return OfFacts(PayPalPaymentFacts.OfCapture(notice, capture, order, null, authorization)) with
        {
            GatewayPaymentId = order,
            GatewayReference = IdOf(capture),
        };
    }

    public static GatewayReply OfRefund(PayPalExpected expected, JsonElement refund, DateTimeOffset at, string? order, string? capture)
    {
        if (PartMismatchOf(expected, refund) is { } mismatch)
            return Mismatched(mismatch);
        var notice = PayPalNotice.OfReply(expected.Account, refund, at);
        return OfFacts(PayPalPaymentFacts.OfRefund(notice, refund, order, capture)) with
        {
            GatewayPaymentId = order,
            GatewayReference = IdOf(refund),
        };
    }

    public static GatewayReply OfAuthorization(string account, JsonElement authorization, DateTimeOffset at, string? order)
    {
        var notice = PayPalNotice.OfReply(account, authorization, at);
        return OfFacts(PayPalPaymentFacts.OfAuthorization(notice, authorization, order)) with
        {
            GatewayPaymentId = order,
            GatewayReference = IdOf(authorization),
        };
    }

    /// <summary>PayPal did nothing, as the error says.</summary>
    public static GatewayReply Refused(PayPalError error) => new() { Outcome = GatewayOutcome.Refused, Failure = error.Failure };

    public static GatewayReply Refused(string code, string message) =>
        new() { Outcome = GatewayOutcome.Refused, Failure = new GatewayFailure(code, Message: message) };

    public static GatewayReply Unknown(GatewayFailure failure) => new() { Outcome = GatewayOutcome.Unknown, Failure = failure };

    public static GatewayReply Unreadable(string message) => Unknown(new GatewayFailure("unreadable_reply", Message: message));

    public static string IdOf(JsonElement resource, string member = "id") =>
        resource.RequiredText(member) is var id && PayPalRequest.IsId(id)
            ? id
            : throw new UnreadableWebhookException($"\"{member}\" is no id.");

    /// <summary>Where to send the payer, of an order, an error or a set-up; null for nowhere.</summary>
    public static NextAction? NextActionOf(JsonElement linked)
    {
        var links = linked.At("links");
        if (links.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var link in links.EnumerateArray())
            if (link.Text("rel") is "payer-action" or "approve"
                && Uri.TryCreate(link.Text("href"), UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp))
                return new NextAction("redirect", address.AbsoluteUri);
        return null;
    }

    private static GatewayReply Mismatched(string what) =>
        Unknown(new GatewayFailure("mismatched_reply", Message: $"PayPal's answer is about another {what}."));

    // Money or the way to it outranks an attempt that failed beside it.
    private static GatewayReply OfFacts(IReadOnlyList<Fact> facts)
    {
        var failed = facts.FirstOrDefault(fact => fact.Kind is FactKind.Failed or FactKind.RefundFailed);
        if (facts.Count == 0)
            return Unreadable("PayPal's answer has a status that we do not know.");
        if (failed is null || facts.Any(fact => fact.Kind is FactKind.Captured or FactKind.Authorized or FactKind.Processing))
            return new GatewayReply { Outcome = GatewayOutcome.Accepted, Facts = facts };
        return new GatewayReply { Outcome = GatewayOutcome.Declined, Facts = facts, Failure = FailureOf(failed.Details) };
    }

    private static GatewayFailure FailureOf(FactDetails details) => new(
        details.FailureClass ?? "processing_error", details.FailureCode ?? details.Reason, details.DeclineCode, details.Message,
        details.NetworkCode, details.AdviceCode);

    private static string? MismatchOf(PayPalExpected expected, JsonElement order)
    {
        if (PayPalOrderFacts.Total(order) != expected.Amount)
            return "amount";
        var isCapture = order.Text("intent") == "CAPTURE";
        foreach (var unit in PayPalOrder.Units(order))
        {
            var named = PayPalReferences.PaymentIdOf(unit);
            if (named != expected.PaymentId && (named is not null || expected.IsNamed))
                return "payment";
            var whole = isCapture ? PayPalOrder.Captures(unit) : PayPalOrder.Authorizations(unit);
            if (whole.Any(part => part.RequiredMoney("amount") != expected.Amount))
                return "amount";
        }
        return null;
    }

    private static string? PartMismatchOf(PayPalExpected expected, JsonElement part)
    {
        if (part.RequiredMoney("amount") != expected.Amount)
            return "amount";
        if (part.Text("invoice_id") is { } invoice && invoice != expected.OperationId)
            return "operation";
        return PayPalReferences.PaymentIdOf(part) is { } named && named != expected.PaymentId ? "payment" : null;
    }
}
