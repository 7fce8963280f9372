using PaymentPipeline.TestKit.OpenApi;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>Which of PayPal's descriptions a request falls under, and what it says of the request.</summary>
internal static class PayPalSpecs
{
    // The description of the vault lists one type of token only, and not the one that its guide and its own examples of use take.
    private const string KnownGap = "body.payment_source.token.type";

    public static IReadOnlyList<string> Check(RecordedRequest request) =>
        [.. GatewaySpecs.Load("paypal/" + FileOf(request)).Check(request).Where(error => !IsKnown(request, error))];

    private static string FileOf(RecordedRequest request) => request.Path.Split('/')[1..3] switch
    {
        ["v2", "checkout"] => "checkout_orders_v2.json",
        ["v2", "payments"] => "payments_payment_v2.json",
        ["v3", "vault"] => "vault_payment_tokens_v3.json",
        ["v1", "reporting"] => "reporting_transactions_v1.json",
        _ => "customer_disputes_v1.json",
    };

    private static bool IsKnown(RecordedRequest request, string error) =>
        request.Path == "/v3/vault/payment-tokens" && error.StartsWith(KnownGap, StringComparison.Ordinal);
}
