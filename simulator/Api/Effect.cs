using System.Text.Json;

namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// Something that really happened at a gateway because its API was asked. A replay is none, and neither is a refusal; a decline
/// is one, with <see cref="Outcome"/> "declined", because the issuer was asked.
/// </summary>
internal sealed record Effect
{
    /// <summary>"create", "confirm", "capture", "cancel", "refund", "attach", …: the request's operation.</summary>
    public required string Operation { get; init; }
    public required string Gateway { get; init; }
    public string Account { get; init; } = "default";

    /// <summary>The gateway's idempotency key; null when the request had none.</summary>
    public string? Key { get; init; }

    /// <summary>"done", "pending" or "declined".</summary>
    public string Outcome { get; init; } = "done";
    public string? GatewayPaymentId { get; init; }

    /// <summary>The merchant's id of the payment, as the gateway was given it.</summary>
    public string? PaymentId { get; init; }

    /// <summary>The gateway's id of the capture, refund, method, … that came of it.</summary>
    public string? PartId { get; init; }

    /// <summary>ISO 4217 minor units.</summary>
    public long Amount { get; init; }
    public string? Currency { get; init; }
    public DateTimeOffset At { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("at", At);
        json.WriteString("gateway", Gateway);
        json.WriteString("account", Account);
        json.WriteString("operation", Operation);
        json.WriteString("outcome", Outcome);
        json.WriteString("key", Key);
        json.WriteString("gatewayPaymentId", GatewayPaymentId);
        json.WriteString("paymentId", PaymentId);
        json.WriteString("partId", PartId);
        json.WriteNumber("amount", Amount);
        json.WriteString("currency", Currency);
        json.WriteEndObject();
    }
}
