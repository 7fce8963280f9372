namespace PaymentPipeline.Client;

/// <summary>A payment to start. Amounts are ISO 4217 minor units.</summary>
public sealed record CreatePayment
{
    public required string OrderId { get; init; }
    public required long Amount { get; init; }

    /// <summary>ISO 4217, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>automatic (the default) or manual: authorise now, capture later.</summary>
    public string? CaptureMethod { get; init; }

    /// <summary>Null for a guest.</summary>
    public string? UserId { get; init; }

    /// <summary>One of the user's stored methods, <c>pm_…</c>.</summary>
    public string? PaymentMethodId { get; init; }

    /// <summary>What the gateway's client-side library made of the payer's card; never a card number.</summary>
    public string? Token { get; init; }

    /// <summary>How the payer wants to pay (card, paypal, ideal ...), for the routing rules.</summary>
    public string? Method { get; init; }

    /// <summary>Default: true with a method or a token.</summary>
    public bool? Confirm { get; init; }

    /// <summary>Keep the way to pay for the user's later payments.</summary>
    public bool? SaveMethod { get; init; }

    /// <summary>False for payments that the shop starts by itself. Default true.</summary>
    public bool? PayerIsPresent { get; init; }

    /// <summary>Forces a gateway; by default the routing rules choose.</summary>
    public string? Gateway { get; init; }
    public Customer? Customer { get; init; }
    public Address? Billing { get; init; }
    public Address? Shipping { get; init; }
    public IReadOnlyList<LineItem>? LineItems { get; init; }
    public long? TaxAmount { get; init; }
    public string? ReturnUrl { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

public sealed record Customer(string? Email = null, string? Name = null, string? Phone = null);

/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed record Address(
    string? Name = null, string? Line1 = null, string? Line2 = null, string? City = null, string? Region = null,
    string? PostalCode = null, string? Country = null);

/// <param name="UnitAmount">Minor units, tax included.</param>
public sealed record LineItem(string Name, int Quantity, long UnitAmount, string? Sku = null, long? TaxAmount = null);

public sealed record ConfirmPayment
{
    public string? PaymentMethodId { get; init; }
    public string? Token { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>What the payer brought back from an action, by name (Adyen: redirectResult).</summary>
    public IReadOnlyDictionary<string, string>? ActionResult { get; init; }
}

/// <param name="Amount">Null: all that is left.</param>
/// <param name="Final">The rest is released.</param>
public sealed record CapturePayment(long? Amount = null, bool? Final = null);

public sealed record CancelPayment(string? Reason = null);

/// <param name="Amount">Null: all that is left.</param>
/// <param name="Reason">duplicate, fraudulent or requested_by_customer.</param>
public sealed record CreateRefund(string PaymentId, long? Amount = null, string? Reason = null);

/// <summary>A way to pay to be kept for a user's later payments.</summary>
/// <param name="Token">What the gateway's client-side library made of the payer's card; never a card number.</param>
/// <param name="IsDefault">Use it when nothing else is chosen.</param>
public sealed record SavePaymentMethod(string UserId, string Gateway, string Token, bool? IsDefault = null);
