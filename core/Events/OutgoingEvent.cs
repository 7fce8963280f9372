namespace PaymentPipeline.Core.Events;

/// <summary>An event of payment.events, ready to be staged: identity and the finished CloudEvents JSON.</summary>
/// <param name="Id">Stable: one per owner and sequence, <c>pay_….3</c>. A republished event has the same id and bytes.</param>
/// <param name="Type">"PaymentSucceeded".</param>
/// <param name="Key">The partition key of payment.events: the payment id, or the user id for payment-method events.</param>
/// <param name="Owner">The payment, payout or payment method.</param>
/// <param name="Sequence">Gapless from 1 per owner.</param>
/// <param name="Json">The whole CloudEvent as UTF-8 JSON, written once.</param>
public sealed record OutgoingEvent(string Id, string Type, string Key, Guid Owner, int Sequence, DateTimeOffset Time, byte[] Json);
