using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe;

/// <summary>The event envelope and the small objects of Stripe, as API version 2026-10-28.endive writes them.</summary>
internal static class StripeBodies
{
    public const string ApiVersion = "2026-10-28.endive";

    public static string Event(Life life, string id, string type, string dataObject, string? previous = null)
    {
        var byApi = life.Happens(0.6);
        var request = byApi ? $"req_{Dice.StripeId(life.Random, "")[..14]}" : null;
        return Event(id, life.Now, type, dataObject, previous, request, byApi ? $"ik-{life.OrderId}-{type}" : null);
    }

    /// <param name="request">The API request that caused it; null where none did.</param>
    public static string Event(
        string id, DateTimeOffset created, string type, string dataObject, string? previous, string? request, string? key) =>
        $$"""
        {
          "id": "{{id}}",
          "object": "event",
          "api_version": "{{ApiVersion}}",
          "created": {{Unix(created)}},
          "data": {
            "object": {{dataObject}}{{(previous is null ? "" : $",\n    \"previous_attributes\": {previous}")}}
          },
          "livemode": false,
          "pending_webhooks": 1,
          "request": {
            "id": {{Text(request)}},
            "idempotency_key": {{Text(key)}}
          },
          "type": "{{type}}"
        }
        """;

    /// <param name="metadata">JSON.</param>
    public static string Refund(
        IStripeIntent payment, string id, long amount, string status, long created, string? failureReason, string metadata,
        string? reason) =>
        $$"""
        {
              "amount": {{payment.Wire(amount)}},
              "balance_transaction": "{{payment.TransactionId}}",
              "charge": "{{payment.ChargeId}}",
              "created": {{created}},
              "currency": "{{payment.Truth.Currency.Lower}}",
              "customer": null,
              "customer_account": null,
              "destination_details": {
                "card": {
                  "reference": "{{payment.AcquirerReference}}",
                  "reference_status": "available",
                  "reference_type": "acquirer_reference_number",
                  "type": "refund"
                },
                "type": "card"
              },{{(failureReason is null ? "" : $"\n      \"failure_reason\": \"{failureReason}\",")}}
              "id": "{{id}}",
              "metadata": {{metadata}},
              "object": "refund",
              "payment_intent": "{{payment.Truth.GatewayPaymentId}}",
              "payment_method": null,
              "reason": {{Text(reason)}},
              "receipt_number": null,
              "source_transfer_reversal": null,
              "status": "{{status}}",
              "transfer_reversal": null
            }
        """;

    public static string EarlyFraudWarning(IStripeIntent payment, string id, long created) =>
        $$"""
        {
              "id": "{{id}}",
              "object": "radar.early_fraud_warning",
              "actionable": true,
              "charge": "{{payment.ChargeId}}",
              "created": {{created}},
              "fraud_type": "unauthorized_use_of_card",
              "livemode": false,
              "payment_intent": "{{payment.Truth.GatewayPaymentId}}"
            }
        """;

    public static string Payout(PayoutTruth payout, long created, long arrival, string status) =>
        $$"""
        {
              "amount": {{payout.Currency.Wire(payout.Amount)}},
              "application_fee": null,
              "application_fee_amount": null,
              "arrival_date": {{arrival}},
              "automatic": true,
              "balance_transaction": "txn_{{payout.GatewayPayoutId[3..]}}",
              "created": {{created}},
              "currency": "{{payout.Currency.Lower}}",
              "description": "STRIPE PAYOUT",
              "destination": "ba_{{payout.GatewayPayoutId[3..]}}",
              "failure_balance_transaction": null,
              "failure_code": {{(status == "failed" ? "\"account_closed\"" : "null")}},
              "failure_message": {{(status == "failed" ? "\"The bank account has been closed.\"" : "null")}},
              "id": "{{payout.GatewayPayoutId}}",
              "livemode": false,
              "metadata": {},
              "method": "standard",
              "object": "payout",
              "original_payout": null,
              "payout_method": null,
              "reconciliation_status": "{{(status == "paid" ? "completed" : "in_progress")}}",
              "reversed_by": null,
              "source_type": "card",
              "statement_descriptor": null,
              "status": "{{status}}",
              "trace_id": null,
              "type": "bank_account"
            }
        """;

    /// <param name="metadata">JSON; null for the user's id alone.</param>
    public static string PaymentMethod(MethodTruth method, string? customer, long created, string? metadata = null) =>
        $$"""
        {
              "allow_redisplay": "unspecified",
              "billing_details": {
                "address": {
                  "city": "Springfield",
                  "country": "US",
                  "line1": "1 Sample Street",
                  "line2": null,
                  "postal_code": "94102",
                  "state": "CA"
                },
                "email": "shopper@example.com",
                "name": "Sam Sample",
                "phone": null,
                "tax_id": null
              },
              "card": {
                "brand": "{{method.Brand}}",
                "checks": { "address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass" },
                "country": "US",
                "display_brand": "{{method.Brand}}",
                "exp_month": {{method.ExpiryMonth}},
                "exp_year": {{method.ExpiryYear}},
                "fingerprint": "{{method.Token[3..19]}}",
                "funding": "credit",
                "generated_from": null,
                "last4": "{{method.Last4}}",
                "networks": { "available": [ "{{method.Brand}}" ], "preferred": null },
                "three_d_secure_usage": { "supported": true },
                "wallet": null,
                "regulated_status": null
              },
              "created": {{created}},
              "customer": {{Text(customer)}},
              "customer_account": null,
              "id": "{{method.Token}}",
              "livemode": false,
              "metadata": {{metadata ?? (method.UserId is null ? "{}" : $"{{ \"user_id\": \"{method.UserId}\" }}")}},
              "object": "payment_method",
              "type": "card"
            }
        """;

    public static string Unix(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public static string Text(string? value) => value is null ? "null" : $"\"{JsonEncodedText.Encode(value)}\"";
}
