using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>An order with one purchase unit.</summary>
internal sealed class OrderEntry
{
    public required string Id { get; init; }
    public required string Intent { get; init; }

    /// <summary>The purchase unit as asked for, patches included.</summary>
    public required JsonObject Unit { get; init; }
    public required long Amount { get; init; }
    public required Denomination Currency { get; init; }
    public required PaymentTruth Truth { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset Updated { get; set; }

    /// <summary>CREATED, PAYER_ACTION_REQUIRED, APPROVED, VOIDED or COMPLETED.</summary>
    public string Status { get; set; } = "CREATED";
    public PayPalPayer? Payer { get; set; }
    public string? ReturnUrl { get; set; }
    public string? CancelUrl { get; set; }

    /// <summary>ORDER_COMPLETE_ON_PAYMENT_APPROVAL: the payer's approval takes the money.</summary>
    public bool CompletesOnApproval { get; init; }

    /// <summary>The token that the payment left in the vault.</summary>
    public VaultedEntry? Vaulted { get; set; }
    public List<AuthorizationEntry> Authorizations { get; } = [];
    public List<CaptureEntry> Captures { get; } = [];
}

internal sealed class AuthorizationEntry
{
    public required string Id { get; init; }
    public required OrderEntry Order { get; init; }
    public required long Amount { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required PayPalVerdict Verdict { get; init; }
    public DateTimeOffset Updated { get; set; }
    public long Captured { get; set; }
    public bool IsClosed { get; set; }
    public bool IsVoided { get; set; }
    public bool IsReauthorization { get; init; }
    public long Left => Amount - Captured;

    public string Status => !Verdict.IsApproved ? "DENIED"
        : IsVoided ? "VOIDED"
        : Captured == 0 ? "CREATED"
        : IsClosed || Left == 0 ? "CAPTURED"
        : "PARTIALLY_CAPTURED";
}

internal sealed class CaptureEntry
{
    public required string Id { get; init; }
    public required OrderEntry Order { get; init; }

    /// <summary>Null where the order was captured at once.</summary>
    public AuthorizationEntry? Authorization { get; init; }
    public required long Amount { get; init; }
    public required long Fee { get; init; }
    public required bool IsFinal { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required PayPalVerdict Verdict { get; init; }
    public DateTimeOffset Updated { get; set; }
    public string? InvoiceId { get; init; }
    public string? CustomId { get; init; }
    public bool IsPending { get; set; }
    public long Refunded { get; set; }
    public List<RefundEntry> Refunds { get; } = [];
    public long Left => Amount - Refunded;

    public string Status => !Verdict.IsApproved ? "DECLINED"
        : IsPending ? "PENDING"
        : Refunded == 0 ? "COMPLETED"
        : Left == 0 ? "REFUNDED"
        : "PARTIALLY_REFUNDED";
}

internal sealed class RefundEntry
{
    public required string Id { get; init; }
    public required CaptureEntry Capture { get; init; }
    public required long Amount { get; init; }

    /// <summary>All refunds of the capture up to this one.</summary>
    public required long Total { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset Updated { get; set; }
    public string? InvoiceId { get; init; }
    public string? CustomId { get; init; }
    public string? Note { get; init; }

    /// <summary>PENDING, COMPLETED or FAILED.</summary>
    public string Status { get; set; } = "COMPLETED";
}

/// <summary>A way to pay in the vault.</summary>
internal sealed record VaultedEntry(string Id, string CustomerId, string? MerchantCustomerId, PayPalPayer Payer, MethodTruth Truth);

/// <summary>A way to pay on its way into the vault.</summary>
internal sealed class SetupEntry
{
    public required string Id { get; init; }
    public required string CustomerId { get; init; }
    public string? MerchantCustomerId { get; init; }
    public required PayPalPayer Payer { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }

    /// <summary>PAYER_ACTION_REQUIRED, APPROVED or VAULTED.</summary>
    public required string Status { get; set; }
}

internal sealed class DisputeEntry
{
    public required string Id { get; init; }
    public required CaptureEntry Capture { get; init; }
    public required DateTimeOffset Created { get; init; }
}
