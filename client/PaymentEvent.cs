using System.Text.Json.Serialization;

namespace PaymentPipeline.Client;

/// <summary>
/// An outgoing event, the same from the topic <c>payment.events</c> and from <c>GET /v1/events</c>: CloudEvents 1.0. Delivered at
/// least once; the same event has the same <see cref="Id"/> always.
/// </summary>
public sealed record PaymentEvent
{
    public required string Id { get; init; }

    /// <summary>PaymentSucceeded, RefundProcessed ...; ignore those that you do not know.</summary>
    public required string Type { get; init; }

    /// <summary>The payment, stored method or payout that it is about.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>1, 2, 3 ... per subject. Keep the newest: its data is how things stand.</summary>
    public required int Sequence { get; init; }
    public required PaymentEventData Data { get; init; }
}

/// <summary>How things stand after the event. Members that an event does not have are null.</summary>
public sealed record PaymentEventData
{
    public string? PaymentId { get; init; }
    public string? OrderId { get; init; }
    public string? UserId { get; init; }
    public string? Gateway { get; init; }
    public string? GatewayPaymentId { get; init; }
    public string? Origin { get; init; }
    public string? Status { get; init; }
    public long Amount { get; init; }
    public string? Currency { get; init; }
    public long AmountAuthorized { get; init; }
    public long AmountCaptured { get; init; }
    public long AmountRefunded { get; init; }
    public long AmountRefundPending { get; init; }
    public long AmountDisputed { get; init; }
    public DateTimeOffset? OccurredAt { get; init; }
    public EventPart? Capture { get; init; }
    public EventPart? Refund { get; init; }
    public EventPart? Dispute { get; init; }
    public Failure? Failure { get; init; }
    public EventMethod? PaymentMethod { get; init; }
}

/// <param name="Id"><c>cap_…</c>, <c>re_…</c>, <c>dp_…</c>.</param>
public sealed record EventPart(string Id, string? GatewayId, long Amount, string? Reason, string? Status);

public sealed record EventMethod(
    string Id, string? UserId, string? Gateway, string? Brand, string? Last4, int? ExpMonth, int? ExpYear, bool IsDefault, bool IsRemoved);

/// <param name="Cursor">Keep it with what the events did, and read on after it.</param>
/// <param name="HasMore">There is more at once; else wait.</param>
public sealed record EventPage(IReadOnlyList<PaymentEvent> Events, string Cursor, bool HasMore);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(PaymentEvent))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(PaymentMethod))]
[JsonSerializable(typeof(ItemPage<Payment>))]
[JsonSerializable(typeof(ItemPage<Refund>))]
[JsonSerializable(typeof(ItemPage<PaymentMethod>))]
[JsonSerializable(typeof(CreatePayment))]
[JsonSerializable(typeof(ConfirmPayment))]
[JsonSerializable(typeof(CapturePayment))]
[JsonSerializable(typeof(CancelPayment))]
[JsonSerializable(typeof(CreateRefund))]
[JsonSerializable(typeof(SavePaymentMethod))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>A page of a list, as the API writes it.</summary>
internal sealed record ItemPage<T>(IReadOnlyList<T> Items, string? NextCursor);

internal sealed record ProblemBody(int Status, string? Code, string? Title, string? Detail, string? Member, Payment? Payment);
