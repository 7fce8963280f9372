namespace PaymentPipeline.Client;

/// <summary>A payment as it stands. Amounts are ISO 4217 minor units: 1999 EUR is 19.99 euro, 500 JPY is 500 yen.</summary>
public sealed record Payment
{
    public required string PaymentId { get; init; }

    /// <summary>One of <see cref="PaymentStatuses"/>; treat one that you do not know as "ask again later".</summary>
    public required string Status { get; init; }
    public required string Gateway { get; init; }

    /// <summary>Null until the gateway has named it.</summary>
    public string? GatewayPaymentId { get; init; }

    /// <summary>api, or external for a payment that was made at the gateway directly.</summary>
    public string? Origin { get; init; }
    public string? OrderId { get; init; }
    public string? UserId { get; init; }
    public string? CaptureMethod { get; init; }
    public long Amount { get; init; }
    public string? Currency { get; init; }
    public long AmountAuthorized { get; init; }
    public long AmountCaptured { get; init; }
    public long AmountRefunded { get; init; }
    public long AmountRefundPending { get; init; }
    public long AmountDisputed { get; init; }

    /// <summary>For the gateway's client-side library; only in the answer that made the payment.</summary>
    public string? ClientSecret { get; init; }
    public NextAction? NextAction { get; init; }

    /// <summary>What issuer and gateway checked of the payer; null where nobody told.</summary>
    public Checks? Checks { get; init; }

    /// <summary>
    /// Why the newest attempt to pay failed: while the payment waits for another way to pay, or when it ended without one. Null once
    /// money was held.
    /// </summary>
    public Failure? Failure { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>What the payer must do.</summary>
/// <param name="Type">redirect, use_client_library, or the gateway's own word.</param>
/// <param name="Data">For the gateway's client-side library, in its own form.</param>
public sealed record NextAction(string? Type, string? Url, System.Text.Json.JsonElement? Data = null);

/// <summary>Why an attempt to pay failed.</summary>
/// <param name="Code">Of a closed set: docs/errors.md.</param>
/// <param name="DeclineCode">The issuer's word.</param>
/// <param name="Message">The gateway's sentence for the merchant; not for the payer.</param>
/// <param name="GatewayCode">The gateway's word.</param>
/// <param name="NetworkCode">The card network's own code.</param>
/// <param name="AdviceCode">What the gateway or the network advises to do next.</param>
public sealed record Failure(
    string? Code, string? DeclineCode, string? Message, string? GatewayCode = null, string? NetworkCode = null,
    string? AdviceCode = null);

/// <summary>What issuer and gateway checked of the payer, in the gateway's words.</summary>
/// <param name="Avs">Of the address.</param>
/// <param name="Cvv">Of the card's security code.</param>
/// <param name="RiskLevel">By the gateway's own risk engine.</param>
/// <param name="RiskScore">By the gateway's own risk engine; higher is riskier.</param>
public sealed record Checks(string? Avs, string? Cvv, string? RiskLevel, int? RiskScore);

/// <summary>The statuses of a payment.</summary>
public static class PaymentStatuses
{
    public const string RequiresPaymentMethod = "REQUIRES_PAYMENT_METHOD";
    public const string RequiresConfirmation = "REQUIRES_CONFIRMATION";
    public const string RequiresAction = "REQUIRES_ACTION";
    public const string Processing = "PROCESSING";
    public const string Authorized = "AUTHORIZED";
    public const string PartiallyCaptured = "PARTIALLY_CAPTURED";
    public const string Succeeded = "SUCCEEDED";
    public const string PartiallyRefunded = "PARTIALLY_REFUNDED";
    public const string Refunded = "REFUNDED";
    public const string Canceled = "CANCELED";
    public const string Failed = "FAILED";
}

/// <summary>A refund as it stands.</summary>
public sealed record Refund
{
    public required string RefundId { get; init; }
    public required string PaymentId { get; init; }

    /// <summary>PENDING, SUCCEEDED or FAILED.</summary>
    public required string Status { get; init; }
    public long Amount { get; init; }
    public string? Currency { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>A stored way to pay: never a card number.</summary>
public sealed record PaymentMethod
{
    public required string PaymentMethodId { get; init; }
    public string? UserId { get; init; }
    public required string Gateway { get; init; }
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpMonth { get; init; }
    public int? ExpYear { get; init; }
    public bool IsDefault { get; init; }
}
