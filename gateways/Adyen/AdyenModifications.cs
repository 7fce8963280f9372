using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Captures, cancels and refunds. Adyen takes each on and tells the outcome by webhook only, so that its answer moves no money: it
/// names the modification (<see cref="GatewayReply.GatewayReference"/>), by whose pspReference the webhook will come.
/// </summary>
internal static class AdyenModifications
{
    /// <param name="amount">Null for a cancel.</param>
    public static bool TryWord(
        AdyenApiAccount account, PaymentCall call, string reference, Money? amount,
        [NotNullWhen(true)] out AdyenModificationBody? body, out string problem)
    {
        body = null;
        problem = "";
        try
        {
            body = new AdyenModificationBody
            {
                MerchantAccount = account.MerchantAccount,
                Reference = reference,
                Amount = amount is { } money ? AdyenPayments.Amount(money) : null,
                MerchantRefundReason = ReasonOf((call as RefundPaymentCall)?.Reason),
            };
            return true;
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return false;
        }
    }

    public static GatewayReply Read(
        JsonElement root, AdyenModificationBody asked, string psp, Money? amount, Func<string, IReadOnlyList<Fact>> facts)
    {
        if (root.RequiredText("paymentPspReference") != psp)
            return AdyenErrors.Mismatched("payment");
        if ((root.Text("reference") ?? asked.Reference) != asked.Reference)
            return AdyenErrors.Mismatched("reference");
        if (root.RequiredText("merchantAccount") != asked.MerchantAccount)
            return AdyenErrors.Mismatched("merchantAccount");
        if (amount is { } ours && !AdyenPaymentReplies.IsOurAmount(root, ours))
            return AdyenErrors.Mismatched("amount");
        if (root.RequiredText("status") is not "received" and var status)
            return AdyenErrors.Unknown("unreadable_reply", "Adyen's answer has an unknown status.", status);
        var modification = root.RequiredText("pspReference");
        if (modification == psp)
            return AdyenErrors.Mismatched("pspReference");
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            Facts = facts(modification),
            GatewayPaymentId = psp,
            GatewayReference = modification,
        };
    }

    /// <summary>A refund that waits for its webhook, which will tell of the same part.</summary>
    public static Fact RefundTaken(RefundPaymentCall call, string psp, string modification, DateTimeOffset repliedAt) =>
        AdyenFacts.RefundTaken(new AdyenNotice(
            call.Account, modification, psp, call.OperationId,
            Currencies.ToGatewayMinor("adyen", call.Amount).ToString(CultureInfo.InvariantCulture), call.Amount.Currency.Code, "REFUND",
            Success: true,
            JsonSerializer.SerializeToElement(new Dictionary<string, string>
            {
                ["eventDate"] = repliedAt.ToString("O", CultureInfo.InvariantCulture),
            })));

    private static string? ReasonOf(string? reason) => reason switch
    {
        "duplicate" => "DUPLICATE",
        "fraudulent" => "FRAUD",
        "requested_by_customer" => "CUSTOMER REQUEST",
        null => null,
        _ => "OTHER",
    };
}
