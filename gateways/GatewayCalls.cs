using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways;

/// <summary>What every call has.</summary>
public abstract record GatewayCall
{
    /// <summary>Our name of the account at the gateway.</summary>
    public required string Account { get; init; }

    /// <summary>
    /// The gateway's idempotency key: the same for every try of one operation, never used for another. At most 64 characters of
    /// a-z, 0-9, '_' and '-'.
    /// </summary>
    public required string Key { get; init; }
}

/// <summary>A call about a payment of ours.</summary>
public abstract record PaymentCall : GatewayCall
{
    /// <summary>
    /// <c>pay_…</c>. The gateway is given it (Stripe: metadata.payment_id, Adyen: reference, PayPal: custom_id), so that its
    /// webhooks name our payment even when they overtake the reply; readers make it an alias.
    /// </summary>
    public required string PaymentId { get; init; }

    /// <summary>The gateway's id of the payment; null when it is not known (yet).</summary>
    public string? GatewayPaymentId { get; init; }
}

public enum CaptureMethod { Automatic, Manual }

public sealed record CreatePaymentCall : PaymentCall
{
    /// <summary>ISO 4217 minor units; clients convert by <see cref="Currencies"/>.</summary>
    public required Money Amount { get; init; }
    public required CaptureMethod CaptureMethod { get; init; }
    public required string OrderId { get; init; }

    /// <summary>Null for a guest.</summary>
    public string? UserId { get; init; }

    /// <summary>The gateway's id of the user as its customer, where it has such ids and one is known.</summary>
    public string? GatewayCustomerId { get; init; }

    /// <summary>
    /// The way to pay: the token of a stored method, or what the gateway's client-side library made. Null: the payer chooses it
    /// with the client secret or on the gateway's page.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>True when <see cref="Token"/> is a stored method of the user's.</summary>
    public bool TokenIsStored { get; init; }

    /// <summary>Whether the payer is there to act (3-D Secure); false for payments that the shop starts by itself.</summary>
    public bool PayerIsPresent { get; init; } = true;

    /// <summary>Confirm at once; needs <see cref="Token"/> or an action of the payer.</summary>
    public bool Confirm { get; init; }

    /// <summary>Keep the method for later payments of the user.</summary>
    public bool SaveMethod { get; init; }

    /// <summary>Where the payer comes back to after an action.</summary>
    public string? ReturnUrl { get; init; }
    public PayerDetails? Payer { get; init; }
    public PostalAddress? Billing { get; init; }
    public PostalAddress? Shipping { get; init; }
    public IReadOnlyList<LineItem> LineItems { get; init; } = [];

    /// <summary>Tax within the amount, minor units.</summary>
    public long? TaxAmount { get; init; }

    /// <summary>Of the shop; order_id, user_id and payment_id are ours.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>Personal data: passed on, never logged, kept only while the operation is open.</summary>
public sealed record PayerDetails(string? Email, string? Name, string? Phone, string? IpAddress, string? UserAgent);

/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed record PostalAddress(
    string? Name, string? Line1, string? Line2, string? City, string? Region, string? PostalCode, string? Country);

/// <param name="UnitAmount">Minor units, tax included.</param>
public sealed record LineItem(string Name, string? Sku, int Quantity, long UnitAmount, long? TaxAmount);

public sealed record ConfirmPaymentCall : PaymentCall
{
    /// <summary>The payment's amount: PayPal and Adyen confirm an order of an amount.</summary>
    public required Money Amount { get; init; }
    public required CaptureMethod CaptureMethod { get; init; }
    public string? Token { get; init; }
    public bool TokenIsStored { get; init; }
    public string? GatewayCustomerId { get; init; }
    public string? UserId { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>What the payer brought back from an action (Adyen: redirectResult or threeDSResult), by name.</summary>
    public IReadOnlyDictionary<string, string> ActionResult { get; init; } = new Dictionary<string, string>();
}

/// <summary>A call about a part: our operation's id is given to the gateway as the part's reference where it takes one.</summary>
public abstract record PartCall : PaymentCall
{
    /// <summary>Our id of the operation: <c>cap_…</c>, <c>re_…</c>.</summary>
    public required string OperationId { get; init; }
    public required Money Amount { get; init; }

    /// <summary>The gateway's ids by which the money can be reached: authorisation and capture ids at PayPal, by their kind.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

public sealed record CapturePaymentCall : PartCall
{
    /// <summary>True: the uncaptured rest is released.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>True when the amount is all that was authorised: gateways word a full capture in their own way.</summary>
    public bool IsWhole { get; init; }
}

public sealed record RefundPaymentCall : PartCall
{
    /// <summary>duplicate, fraudulent, requested_by_customer, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>The gateway's id of the capture to give back, where the gateway refunds captures (PayPal); else null.</summary>
    public string? GatewayCaptureId { get; init; }
}

public sealed record CancelPaymentCall : PaymentCall
{
    public string? Reason { get; init; }

    /// <summary>As in <see cref="PartCall.Aliases"/>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

public sealed record LookUpCall : PaymentCall
{
    public required GatewayCallKind Kind { get; init; }

    /// <summary>Our id of the operation where it is a part; null for the payment itself.</summary>
    public string? OperationId { get; init; }
    public required Money Amount { get; init; }

    /// <summary>When the call was first sent.</summary>
    public required DateTimeOffset SentAt { get; init; }
    public CaptureMethod CaptureMethod { get; init; }

    /// <summary>As in <see cref="PartCall.Aliases"/>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

public sealed record EnsureCustomerCall : GatewayCall
{
    public required string UserId { get; init; }
    public PayerDetails? Payer { get; init; }
}

public sealed record SaveMethodCall : GatewayCall
{
    public required string UserId { get; init; }
    public string? GatewayCustomerId { get; init; }

    /// <summary>What the gateway's client-side library made; null begins a set-up with the payer.</summary>
    public string? Token { get; init; }
    public string? ReturnUrl { get; init; }
    public PayerDetails? Payer { get; init; }
}

public sealed record DetachMethodCall : GatewayCall
{
    public required string UserId { get; init; }
    public string? GatewayCustomerId { get; init; }
    public required string Token { get; init; }
}

public sealed record ListMethodsCall(string Account, string UserId, string? GatewayCustomerId);

public sealed record ReadDisputeCall(string Account, string GatewayDisputeId);
