namespace PaymentPipeline.EventLog;

/// <summary>The topics of design and documentation; both engines have the same.</summary>
public static class Topics
{
    public const string PaymentEvents = "payment.events";
    public const string DeadWebhooks = "webhooks.dead";

    /// <summary><c>webhooks.stripe</c>, <c>webhooks.adyen</c>, <c>webhooks.paypal</c>.</summary>
    public static string Webhooks(string gateway) => $"webhooks.{gateway}";
}
