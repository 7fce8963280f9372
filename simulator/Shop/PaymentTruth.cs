using System.Text.Json;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// The books of the gateway for one payment, in ISO 4217 minor units, and what a correct pipeline makes of them. The rules
/// are restated here from the gateways' contracts; none of the pipeline's code is used.
/// </summary>
internal sealed class PaymentTruth : TruthRecord
{
    private readonly Dictionary<string, long> _captures = [];
    private readonly Dictionary<string, (long Amount, string State)> _refunds = [];
    private readonly Dictionary<string, long> _disputed = [];
    private readonly Dictionary<string, long> _fees = [];
    private readonly HashSet<string> _failedCaptures = [];
    private readonly List<string> _aliases = [];
    private string _waiting = "REQUIRES_PAYMENT_METHOD";
    private bool _authorized, _voided, _failed;

    public required string GatewayPaymentId { get; init; }

    /// <summary>The merchant's own id of the payment, where the gateway was given one.</summary>
    public string? PaymentId { get; init; }
    public required string OrderId { get; init; }
    public string? UserId { get; init; }
    public required Denomination Currency { get; init; }
    public required long Amount { get; init; }
    public ExpectedEvents Events { get; } = new();
    public override string File => "payments.jsonl";

    public long Captured => _captures.Where(capture => !_failedCaptures.Contains(capture.Key)).Sum(capture => capture.Value);
    public long Refunded => _refunds.Values.Where(refund => refund.State == "succeeded").Sum(refund => refund.Amount);
    public long RefundPending => _refunds.Values.Where(refund => refund.State == "pending").Sum(refund => refund.Amount);
    public long Authorized => _authorized ? Amount : Math.Max(0, _captures.Values.Sum());

    public string Status => (Captured, Refunded) switch
    {
        (> 0, var refunded) when refunded >= Captured => "REFUNDED",
        (> 0, > 0) => "PARTIALLY_REFUNDED",
        (var captured, _) when captured >= Amount => "SUCCEEDED",
        (> 0, _) => "PARTIALLY_CAPTURED",
        _ when _voided => "CANCELED",
        _ when _failedCaptures.Count > 0 => "FAILED",
        _ when _authorized => "AUTHORIZED",
        _ when _failed => "FAILED",
        _ => _waiting,
    };

    public void AlsoKnownAs(string id)
    {
        if (id != GatewayPaymentId && !_aliases.Contains(id)) _aliases.Add(id);
    }

    public void Waits(string status) => _waiting = status;

    public void RequiresAction(string? partId = null)
    {
        _waiting = "REQUIRES_ACTION";
        Events.Once("PaymentRequiresAction", partId);
    }

    public void Authorise()
    {
        _authorized = true;
        Events.Once("PaymentAuthorized");
    }

    /// <param name="partId">The capture's id; at Stripe the cumulative figure stands for it.</param>
    public void Capture(string partId, long amount)
    {
        _captures[partId] = amount;
        Events.Once("PaymentCaptured", partId);
        if (_captures.Values.Sum() >= Amount) Events.Once("PaymentSucceeded");
    }

    public void RefuseCapture(string partId) => Events.Once("PaymentFailed", partId);

    public void FailCapture(string partId)
    {
        _failedCaptures.Add(partId);
        Events.Once("PaymentFailed", partId);
    }

    public void Void()
    {
        _voided = true;
        Events.Once("PaymentCanceled");
    }

    /// <summary>The attempt failed; where the payer can try again, the payment waits for another way to pay.</summary>
    public void FailAttempt(string attemptId, bool retryable)
    {
        if (retryable) _waiting = "REQUIRES_PAYMENT_METHOD";
        else _failed = true;
        Events.Once("PaymentFailed", attemptId);
    }

    public void Refund(string refundId, long amount, string state)
    {
        AlsoKnownAs(refundId);
        _refunds[refundId] = (amount, state);
        Events.Once(state switch { "pending" => "RefundInitiated", "succeeded" => "RefundProcessed", _ => "RefundFailed" }, refundId);
    }

    public void OpenDispute(string disputeId)
    {
        AlsoKnownAs(disputeId);
        Events.Once("DisputeOpened", disputeId);
    }

    /// <summary>The money that the dispute holds now: the whole after a withdrawal or a loss, 0 after it came back.</summary>
    public void Dispute(string disputeId, long amount) => _disputed[disputeId] = amount;

    public void CloseDispute(string disputeId) => Events.Once("DisputeClosed", disputeId);

    public void Fee(string partId, long amount) => _fees[partId] = amount;

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("gatewayPaymentId", GatewayPaymentId);
        json.WriteStartArray("aliases");
        json.WriteStringValue(GatewayPaymentId);
        foreach (var alias in _aliases) json.WriteStringValue(alias);
        json.WriteEndArray();
        if (PaymentId is not null) json.WriteString("paymentId", PaymentId);
        json.WriteString("orderId", OrderId);
        json.WriteString("userId", UserId);
        json.WriteString("currency", Currency.Code);
        json.WriteString("status", Status);
        json.WriteNumber("amount", Amount);
        json.WriteNumber("authorized", Authorized);
        json.WriteNumber("captured", Captured);
        json.WriteNumber("refunded", Refunded);
        json.WriteNumber("refundPending", RefundPending);
        json.WriteNumber("disputed", _disputed.Values.Sum());
        json.WriteNumber("fees", _fees.Values.Sum());
        Events.Write(json);
    }
}
