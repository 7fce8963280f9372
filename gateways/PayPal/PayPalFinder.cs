using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What a part acts on, or why there is nothing.</summary>
internal sealed record PayPalFound
{
    /// <summary>The authorisation or the capture; the part itself when it is done; the order when that holds no money.</summary>
    public JsonElement Resource { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Why nothing was found; null when something was.</summary>
    public GatewayReply? Reply { get; init; }

    /// <summary>An earlier try of the same operation made it.</summary>
    public bool IsDone { get; init; }

    /// <summary>The authorisation of what is done.</summary>
    public string? Authorization { get; init; }

    /// <summary>The order is there, or forgotten by PayPal, and never held money.</summary>
    public bool IsBeforeMoney { get; init; }

    /// <summary>An authorisation that money can still be taken from.</summary>
    public bool IsOpen => Reply is null && !IsDone && IsOpenAuthorization(Resource);

    public static bool IsOpenAuthorization(JsonElement authorization) =>
        authorization.Text("status") is "CREATED" or "PARTIALLY_CAPTURED" or "PENDING";
}

/// <summary>
/// Reads what there is to act on. Ids of orders, authorisations and captures look alike at PayPal, so they are read out of the order
/// where it is known. Never has an effect.
/// </summary>
internal sealed class PayPalFinder(PayPalLine line, TimeProvider time)
{
    // Each may cost a call.
    private const int AliasesMax = 8;

    // What was sent longer ago than this is either there or was never done.
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(2);

    /// <param name="operationId">Of the capture that may be there already; null for none.</param>
    public async Task<PayPalFound> AuthorizationAsync(
        PaymentCall call, IReadOnlyList<string> aliases, string? operationId, CancellationToken cancellationToken)
    {
        var others = Others(call, aliases);
        if (call.GatewayPaymentId is { } id)
        {
            var order = await line.SendAsync(PayPalOrderRequests.Read(id), cancellationToken);
            if (order.IsSuccess)
                return AuthorizationIn(order, operationId);
            if (!order.IsNotFound)
                return NotRead(order);
            others.Add(id);
        }

        // Payments that we did not make may be known by an authorisation only.
        var found = await FirstAsync(others, PayPalPaymentRequests.ReadAuthorization, _ => true, cancellationToken);
        return found ?? new PayPalFound
        {
            At = time.GetUtcNow(),
            Reply = PayPalReplies.Refused("not_found", "PayPal has no such authorisation."),
            IsBeforeMoney = call.GatewayPaymentId is not null && others.Count == 1,
        };
    }

    /// <summary>
    /// A capture of which enough is left. PayPal refunds one capture at a time; a refund that only several could cover is refused and
    /// not split: two effects of one operation could end in different ways, and none could be told from the other by the operation.
    /// </summary>
    public async Task<PayPalFound> CaptureAsync(RefundPaymentCall call, CancellationToken cancellationToken)
    {
        if (call.GatewayPaymentId is { } id)
        {
            var order = await line.SendAsync(PayPalOrderRequests.Read(id), cancellationToken);
            if (!order.IsSuccess && !order.IsNotFound)
                return NotRead(order);
            if (order.IsSuccess && CaptureIn(order, call) is { } inOrder)
                return inOrder;
        }
        var found = await FirstAsync(
            Others(call, call.Aliases), PayPalPaymentRequests.ReadCapture, capture => Covers(capture, call.Amount), cancellationToken);
        return found ?? new PayPalFound
        {
            At = time.GetUtcNow(),
            Reply = PayPalReplies.Refused("invalid_state", "PayPal has no capture of that payment that the refund fits into."),
        };
    }

    /// <summary>The part that carries our operation's id. Refused: there is none. Unknown: the order cannot be read.</summary>
    public async Task<GatewayReply> PartAsync(PayPalExpected expected, string? orderId, bool isRefund, CancellationToken cancellationToken)
    {
        if (orderId is null)
            return PayPalReplies.Unreadable("PayPal cannot be asked by our ids; its order is not known.");
        var order = await line.SendAsync(PayPalOrderRequests.Read(orderId), cancellationToken);
        if (!order.IsSuccess)
            return PayPalReplies.Unknown(order.Failed?.Failure ?? PayPalError.Of(order).Failure);
        var units = PayPalOrder.Units(order.Body);
        if (isRefund)
            return Named(units.SelectMany(PayPalOrder.Refunds), expected.OperationId) is { } refund
                ? PayPalReplies.OfRefund(expected, refund, order.At, orderId, null)
                : None();
        return Named(units.SelectMany(PayPalOrder.Captures), expected.OperationId) is { } capture
            ? PayPalReplies.OfCapture(expected, capture, order.At, orderId, AuthorizationOf(order.Body, capture))
            : None();
    }

    /// <summary>That nothing is there counts only when what was sent has had the time to be seen.</summary>
    public GatewayReply NotFoundYet(DateTimeOffset sentAt) => time.GetUtcNow() - sentAt >= SettlesWithin
        ? None()
        : PayPalReplies.Unknown(new GatewayFailure("not_found", Message: "PayPal does not show it yet."));

    private static GatewayReply None() => PayPalReplies.Refused("not_found", "PayPal has no trace of it.");

    private static PayPalFound AuthorizationIn(PayPalAnswer order, string? operationId)
    {
        var units = PayPalOrder.Units(order.Body).ToList();
        var captures = units.SelectMany(PayPalOrder.Captures).ToList();
        if (Named(captures, operationId) is { } capture)
            return new() { Resource = capture, At = order.At, IsDone = true, Authorization = AuthorizationOf(order.Body, capture) };

        var all = units.SelectMany(PayPalOrder.Authorizations).ToList();
        if (all.Count > 0)
            return new() { Resource = FirstOrNothing(all, PayPalFound.IsOpenAuthorization) ?? all[^1], At = order.At };
        return new()
        {
            Resource = order.Body,
            At = order.At,
            Reply = PayPalReplies.Refused("invalid_state", "The order holds no authorised money."),
            IsBeforeMoney = captures.Count == 0 && order.Body.Text("status") != "COMPLETED",
        };
    }

    private static PayPalFound? CaptureIn(PayPalAnswer order, RefundPaymentCall call)
    {
        var units = PayPalOrder.Units(order.Body).ToList();
        var refunds = units.SelectMany(PayPalOrder.Refunds).ToList();
        if (Named(refunds, call.OperationId) is { } refund)
            return new() { Resource = refund, At = order.At, IsDone = true };
        var captures = units.SelectMany(PayPalOrder.Captures)
            .Where(capture => Covers(capture, call.Amount with { AmountMinor = 0 })).ToList();
        if (captures.Count == 0)
            return null;
        return FirstOrNothing(captures, capture => LeftOf(capture, refunds) >= call.Amount.AmountMinor) is { } fits
            ? new() { Resource = fits, At = order.At }
            : new() { At = order.At, Reply = TooLargeForOne(captures.Max(capture => LeftOf(capture, refunds))) };
    }

    /// <summary>In minor units. A refund that does not name its capture is not counted: PayPal itself has the last word.</summary>
    private static long LeftOf(JsonElement capture, List<JsonElement> refunds)
    {
        var id = capture.Text("id");
        var returned = refunds
            .Where(refund => refund.Text("status") is not ("FAILED" or "CANCELLED") && PayPalReferences.CaptureOf(refund) == id)
            .Sum(refund => refund.Money("amount")?.AmountMinor ?? 0);
        return (capture.Money("amount")?.AmountMinor ?? 0) - returned;
    }

    private static GatewayReply TooLargeForOne(long most) => PayPalReplies.Refused(
        "amount_too_large",
        string.Create(
            CultureInfo.InvariantCulture, $"PayPal refunds one capture at a time; {most} is the most that is left of one. Refund in parts."));

    private static bool Covers(JsonElement capture, Money amount) =>
        capture.Text("status") is "COMPLETED" or "PARTIALLY_REFUNDED"
        && capture.Money("amount") is { } whole && whole.Currency == amount.Currency && whole.AmountMinor >= amount.AmountMinor;

    private static JsonElement? Named(IEnumerable<JsonElement> parts, string? operationId) =>
        operationId is null ? null : FirstOrNothing(parts, part => part.Text("invoice_id") == operationId);

    // Where the capture does not say it, an order with one authorisation does.
    private static string? AuthorizationOf(JsonElement order, JsonElement capture) =>
        PayPalReferences.AuthorizationOf(capture)
        ?? (PayPalOrder.Units(order).SelectMany(PayPalOrder.Authorizations).ToList() is [var only] ? only.Text("id") : null);

    private static JsonElement? FirstOrNothing(IEnumerable<JsonElement> all, Func<JsonElement, bool> fits)
    {
        foreach (var one in all)
            if (fits(one))
                return one;
        return null;
    }

    private async Task<PayPalFound?> FirstAsync(
        List<string> ids, Func<string, PayPalRequest> read, Func<JsonElement, bool> fits, CancellationToken cancellationToken)
    {
        foreach (var id in ids.Take(AliasesMax))
        {
            var answer = await line.SendAsync(read(id), cancellationToken);
            if (answer.IsSuccess && fits(answer.Body))
                return new() { Resource = answer.Body, At = answer.At };
            if (!answer.IsSuccess && !answer.IsNotFound)
                return NotRead(answer);
        }
        return null;
    }

    // Ours have an underscore.
    private static List<string> Others(PaymentCall call, IReadOnlyList<string> aliases) =>
        [.. aliases.Where(id => PayPalRequest.IsId(id) && !id.Contains('_', StringComparison.Ordinal)).Distinct()
            .Where(id => id != call.GatewayPaymentId)];

    // Reading has no effect, and nothing else was sent.
    private static PayPalFound NotRead(PayPalAnswer answer)
    {
        var reply = answer.Failed ?? PayPalReplies.Refused(PayPalError.Of(answer));
        return new()
        {
            At = answer.At,
            Reply = reply.Outcome == GatewayOutcome.Unknown ? reply with { Outcome = GatewayOutcome.NotDone } : reply,
        };
    }
}
