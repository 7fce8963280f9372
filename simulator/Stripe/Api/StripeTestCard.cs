using System.Collections.Frozen;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

internal enum Authentication { None, UnlessSetUp, Always }

/// <summary>What follows a payment by the card that went well.</summary>
internal enum Aftermath { None, RefundPends, RefundFails, RefundNeedsAction, Disputed, Inquiry, FraudWarning }

/// <summary>A test card by the name of its payment method, as in Stripe's documentation on testing.</summary>
internal sealed record StripeTestCard(string Token, string Brand, string Last4)
{
    private static readonly FrozenDictionary<string, StripeTestCard> ByToken = Build().ToFrozenDictionary(card => card.Token);

    /// <summary>Null: it pays. Else the error's code; "card_declined" has a <see cref="DeclineCode"/>.</summary>
    public string? ErrorCode { get; init; }
    public string? DeclineCode { get; init; }
    public Authentication Authentication { get; init; }
    public Aftermath Aftermath { get; init; }

    public static IReadOnlyList<TestToken> Tokens { get; } =
    [
        .. ByToken.Values.OrderBy(card => card.Token, StringComparer.Ordinal)
            .Select(card => new TestToken(card.Token, card.Outcome, card.DeclineCode)),
    ];

    private string Outcome => this switch
    {
        { Authentication: Authentication.Always, ErrorCode: not null } => "requires_action_then_declined",
        { Authentication: Authentication.Always } => "requires_action",
        { Authentication: Authentication.UnlessSetUp } => "requires_action_unless_set_up",
        { ErrorCode: not null } => "declined",
        { Aftermath: Aftermath.RefundPends } => "refund_pending",
        { Aftermath: Aftermath.RefundFails } => "refund_fails",
        { Aftermath: Aftermath.RefundNeedsAction } => "refund_requires_action",
        { Aftermath: Aftermath.Disputed } => "disputed",
        { Aftermath: Aftermath.Inquiry } => "inquiry",
        { Aftermath: Aftermath.FraudWarning } => "fraud_warning",
        _ => "succeeds",
    };

    public static StripeTestCard? Find(string token) => ByToken.GetValueOrDefault(token);

    private static IEnumerable<StripeTestCard> Build()
    {
        yield return new("pm_card_visa", "visa", "4242");
        yield return new("pm_card_visa_debit", "visa", "5556");
        yield return new("pm_card_mastercard", "mastercard", "4444");
        yield return new("pm_card_amex", "amex", "8431");
        yield return new("pm_card_bypassPending", "visa", "0077");

        foreach (var prefix in new[] { "pm_card_", "pm_card_visa_" })
        {
            yield return Declined(prefix + "chargeDeclined", "0002", "card_declined", "generic_decline");
            yield return Declined(prefix + "chargeDeclinedInsufficientFunds", "9995", "card_declined", "insufficient_funds");
            yield return Declined(prefix + "chargeDeclinedLostCard", "9987", "card_declined", "lost_card");
            yield return Declined(prefix + "chargeDeclinedStolenCard", "9979", "card_declined", "stolen_card");
            yield return Declined(prefix + "chargeDeclinedFraudulent", "0019", "card_declined", "fraudulent");
            yield return Declined(prefix + "chargeDeclinedExpiredCard", "0069", "expired_card", "expired_card");
            yield return Declined(prefix + "chargeDeclinedIncorrectCvc", "0127", "incorrect_cvc", "incorrect_cvc");
            yield return Declined(prefix + "chargeDeclinedProcessingError", "0119", "processing_error", "processing_error");
        }

        yield return new("pm_card_authenticationRequiredOnSetup", "visa", "3155") { Authentication = Authentication.UnlessSetUp };
        yield return new("pm_card_authenticationRequired", "visa", "3184") { Authentication = Authentication.Always };
        yield return new("pm_card_threeDSecure2Required", "visa", "3220") { Authentication = Authentication.Always };
        yield return Declined("pm_card_threeDSecureRequiredChargeDeclined", "1629", "card_declined", "generic_decline") with
        {
            Authentication = Authentication.Always,
        };
        const string PoorAfterChallenge = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds";
        yield return Declined(PoorAfterChallenge, "0178", "card_declined", "insufficient_funds") with
        {
            Authentication = Authentication.Always,
        };

        yield return new("pm_card_pendingRefund", "visa", "7726") { Aftermath = Aftermath.RefundPends };
        yield return new("pm_card_refundFail", "visa", "5126") { Aftermath = Aftermath.RefundFails };
        // Not one of Stripe's: its cards never ask the payer to help with a refund, its bank methods do.
        yield return new("pm_simulator_refundRequiresAction", "visa", "0000") { Aftermath = Aftermath.RefundNeedsAction };
        yield return new("pm_card_createDispute", "visa", "0259") { Aftermath = Aftermath.Disputed };
        yield return new("pm_card_createDisputeProductNotReceived", "visa", "2685") { Aftermath = Aftermath.Disputed };
        yield return new("pm_card_createDisputeInquiry", "visa", "1976") { Aftermath = Aftermath.Inquiry };
        yield return new("pm_card_createIssuerFraudRecord", "visa", "5423") { Aftermath = Aftermath.FraudWarning };
    }

    private static StripeTestCard Declined(string token, string last4, string code, string decline) =>
        new(token, "visa", last4) { ErrorCode = code, DeclineCode = decline };
}
