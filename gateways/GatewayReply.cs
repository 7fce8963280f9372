using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways;

public enum GatewayOutcome
{
    /// <summary>
    /// The default, so that what nobody understood is never a success: it may have happened. Time-outs after sending, 5xx,
    /// nonsense, an amount or an id that is not ours. The operation stays open until it is resolved.
    /// </summary>
    Unknown = 0,

    /// <summary>The gateway did it, or took it on: the facts say which.</summary>
    Accepted,

    /// <summary>The payer's bank or the gateway's risk checks said no. Definite; the facts tell the failed attempt.</summary>
    Declined,

    /// <summary>The gateway refused the request itself (invalid, wrong state). Definite; nothing happened.</summary>
    Refused,

    /// <summary>
    /// Certainly nothing happened, and it may be tried again or elsewhere: never sent (no connection, breaker open, no slot
    /// free), or turned away by a rate limit.
    /// </summary>
    NotDone,
}

/// <summary>What a gateway answered to a call.</summary>
public sealed record GatewayReply
{
    public required GatewayOutcome Outcome { get; init; }

    /// <summary>What the answer tells, by the same reader and under the same keys as the webhooks.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>The gateway's id of the payment, when the answer names it.</summary>
    public string? GatewayPaymentId { get; init; }

    /// <summary>The gateway's id of what the call made: capture, refund, void, stored method.</summary>
    public string? GatewayReference { get; init; }

    /// <summary>The gateway's id of the user as its customer, when the call made or named one.</summary>
    public string? GatewayCustomerId { get; init; }

    /// <summary>For the gateway's client-side library. A secret of this one payment: never logged.</summary>
    public string? ClientSecret { get; init; }
    public NextAction? NextAction { get; init; }

    /// <summary>Set for Declined, Refused, NotDone and Unknown.</summary>
    public GatewayFailure? Failure { get; init; }

    /// <summary>When it is worth trying again, where the gateway says so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>What the payer must do.</summary>
/// <param name="Type">redirect, use_client_library, or the gateway's own word.</param>
/// <param name="Url">Where to send the payer; null when the client-side library does it.</param>
/// <param name="Data">The gateway's own description (JSON) for its client-side library; null for none.</param>
public sealed record NextAction(string Type, string? Url, string? Data = null);

/// <param name="Code">Ours, of a closed set: card_declined, insufficient_funds, expired_card, authentication_required,
/// fraud_suspected, processing_error, invalid_request, invalid_state, amount_too_large, already_done, not_found, unauthorized,
/// rate_limited, timeout, unreachable, breaker_open, too_busy, unreadable_reply, mismatched_reply, gateway_error.</param>
/// <param name="GatewayCode">The gateway's word for it.</param>
/// <param name="DeclineCode">The issuer's word for it.</param>
/// <param name="Message">The gateway's sentence for the merchant; never for the payer, never with personal data.</param>
/// <param name="NetworkCode">The card network's own code for the decline.</param>
/// <param name="AdviceCode">What the gateway or the network advises to do next.</param>
public sealed record GatewayFailure(
    string Code, string? GatewayCode = null, string? DeclineCode = null, string? Message = null, string? NetworkCode = null,
    string? AdviceCode = null)
{
    /// <summary>
    /// As the fact of the failed attempt tells it, beside what else is known: the answer and the books then say the same.
    /// </summary>
    public FactDetails In(FactDetails known) => known with
    {
        FailureClass = Code,
        FailureCode = GatewayCode,
        DeclineCode = DeclineCode,
        Message = Message,
        NetworkCode = NetworkCode,
        AdviceCode = AdviceCode,
    };
}

/// <summary>How a gateway's account does.</summary>
/// <param name="Breaker">closed, half_open or open.</param>
/// <param name="FailureShare">0 to 1, of the calls in the breaker's sampling time.</param>
public readonly record struct GatewayHealth(string Breaker, double FailureShare, int CallsInFlight);
