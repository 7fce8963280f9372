namespace PaymentPipeline.Gateways.Adyen;

/// <summary>What the payer brought back from an action, as <c>/payments/details</c> takes it.</summary>
internal static class AdyenDetails
{
    private const int ValueLengthMax = 100_000;

    // Beside the details and not one of them.
    private const string PaymentData = "paymentData";

    // By the API description; what a payer sends is passed on under no other name.
    private static readonly string[] Names =
    [
        "redirectResult", "threeDSResult", "threeds2.fingerprint", "threeds2.challengeResult", "payload", "returnUrlQueryString",
        "MD", "PaRes", "PaReq", "payerID", "orderID", "paymentID", "billingToken", "facilitatorAccessToken", "oneTimePasscode",
        "resultCode", "authorization_token", "vaultToken",
    ];

    public static string? ProblemOf(IReadOnlyDictionary<string, string> actionResult)
    {
        if (actionResult.Keys.FirstOrDefault(name => name != PaymentData && !Names.Contains(name)) is { } unknown)
            return $"actionResult.{(unknown.Length <= 40 ? unknown : "…")} is unknown to Adyen.";
        if (actionResult.FirstOrDefault(pair => pair.Value.Length is 0 or > ValueLengthMax).Key is { } odd)
            return $"actionResult.{odd} is empty or too long.";
        return actionResult.Keys.All(name => name == PaymentData) ? "actionResult has no result." : null;
    }

    public static AdyenDetailsBody Body(IReadOnlyDictionary<string, string> actionResult) => new(
        actionResult.Where(pair => pair.Key != PaymentData).ToDictionary(StringComparer.Ordinal),
        actionResult.GetValueOrDefault(PaymentData));
}
