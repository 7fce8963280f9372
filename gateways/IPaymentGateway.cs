using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways;

/// <summary>
/// A gateway as something that can be asked to move money. Every call is one operation of ours: it carries the gateway's
/// idempotency key, so that the same call again has one effect, and answers with facts made by the gateway's webhook reader.
/// Calls never throw for what a gateway can do (nonsense, silence, refusals): see <see cref="GatewayOutcome"/>.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>As in <see cref="IWebhookGateway.Name"/>.</summary>
    string Name { get; }

    /// <summary>Our names of the accounts that have credentials for the gateway's API.</summary>
    IReadOnlyCollection<string> Accounts { get; }

    /// <summary>
    /// For how long the gateway is known to keep an idempotency key of this kind of call. Past it the same call might act a
    /// second time: it must be looked up instead. <see cref="TimeSpan.Zero"/>: it keeps none.
    /// </summary>
    TimeSpan KeyWindow(GatewayCallKind kind);

    /// <summary>How the gateway does just now, for routing and for <c>GET /v1/gateways</c>.</summary>
    GatewayHealth HealthOf(string account);

    Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken);

    /// <summary>Goes on with a payment that waits: with a way to pay, or with what the payer brought back from an action.</summary>
    Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken);

    Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken);

    /// <summary>Releases what is held, or gives the payment up before money was held.</summary>
    Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken);

    Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Reads back, without any effect, what became of an operation. Accepted or Declined: found, as the facts say. Refused: the
    /// gateway certainly has no trace of it. Unknown: cannot be told (now, or at all).
    /// </summary>
    Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken);

    /// <summary>Calls about parts need every id by which the gateway ever named the payment: <see cref="PartCall.Aliases"/>.</summary>
    bool WantsAliases => true;

    /// <summary>The gateway has customers with ids of its own, made before anything is kept for them.</summary>
    bool MakesCustomers => false;

    /// <summary>
    /// Makes the user known to the gateway as its customer: one under one key, whatever is known of the payer. Accepted without an id where
    /// the gateway takes our own name of the user.
    /// </summary>
    Task<GatewayReply> EnsureCustomerAsync(EnsureCustomerCall call, CancellationToken cancellationToken) =>
        Task.FromResult(new GatewayReply { Outcome = GatewayOutcome.Accepted });

    /// <summary>Keeps a way to pay for a user, or begins a set-up in which the payer has to act.</summary>
    Task<GatewayReply> SaveMethodAsync(SaveMethodCall call, CancellationToken cancellationToken);

    Task<GatewayReply> DetachMethodAsync(DetachMethodCall call, CancellationToken cancellationToken);

    /// <summary>The user's stored methods as the gateway has them: a PaymentMethodAttached fact for each.</summary>
    Task<GatewayReply> ListMethodsAsync(ListMethodsCall call, CancellationToken cancellationToken);

    /// <summary>One dispute as the gateway has it, as facts. Refused: it knows none of that id.</summary>
    Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken);
}

public enum GatewayCallKind { Create, Confirm, Capture, Cancel, Refund, SaveMethod, DetachMethod }
