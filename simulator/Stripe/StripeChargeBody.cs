namespace PaymentPipeline.Simulator.Stripe;

/// <summary>The charge as <c>data.object</c> of an event.</summary>
internal static class StripeChargeBody
{
    /// <param name="status">"succeeded", "failed" or "expired" (which Stripe writes as succeeded and refunded).</param>
    public static string Of(IStripeIntent payment, string status, long refundedTotal)
    {
        var truth = payment.Truth;
        var failed = status == "failed";
        var expired = status == "expired";
        var refunded = expired ? truth.Amount : refundedTotal;
        return $$"""
            {
                  "amount": {{payment.Wire(truth.Amount)}},
                  "amount_captured": {{payment.Wire(failed ? 0 : payment.Received)}},
                  "amount_refunded": {{payment.Wire(refunded)}},
                  "application": null,
                  "application_fee": null,
                  "application_fee_amount": null,
                  "balance_transaction": {{StripeBodies.Text(payment.Received > 0 ? payment.TransactionId : null)}},
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
                  "calculated_statement_descriptor": "EXAMPLE SHOP",
                  "captured": {{(payment.Received > 0 && !failed ? "true" : "false")}},
                  "created": {{payment.CreatedUnix}},
                  "currency": "{{truth.Currency.Lower}}",
                  "customer": {{StripeBodies.Text(payment.Customer)}},
                  "description": {{StripeBodies.Text(payment.Details.Description)}},
                  "disputed": {{(payment.Details.IsDisputed ? "true" : "false")}},
                  "failure_balance_transaction": null,
                  "failure_code": {{StripeBodies.Text(failed ? payment.Details.FailureCode : null)}},
                  "failure_message": {{(failed ? "\"Your card was declined.\"" : "null")}},
                  "fraud_details": {},
                  "id": "{{payment.ChargeId}}",
                  "livemode": false,
                  "metadata": {{payment.Metadata}},
                  "object": "charge",
                  "on_behalf_of": null,
                  "outcome": {
                    "advice_code": {{(failed ? "\"try_again_later\"" : "null")}},
                    "network_advice_code": null,
                    "network_decline_code": {{(failed ? "\"51\"" : "null")}},
                    "network_status": "{{(failed ? "declined_by_network" : "approved_by_network")}}",
                    "reason": {{StripeBodies.Text(failed ? payment.Decline : null)}},
                    "risk_level": "normal",
                    "risk_score": {{payment.RiskScore}},
                    "seller_message": "{{(failed ? "The bank declined the payment." : "Payment complete.")}}",
                    "type": "{{(failed ? "issuer_declined" : "authorized")}}"
                  },
                  "paid": {{(failed ? "false" : "true")}},
                  "payment_intent": "{{truth.GatewayPaymentId}}",
                  "payment_method": "{{payment.PaymentMethod}}",
                  "payment_method_details": {{CardDetails(payment)}},
                  "receipt_email": {{StripeBodies.Text(payment.Details.ReceiptEmail)}},
                  "receipt_number": null,
                  "receipt_url": "https://pay.stripe.com/receipts/payment/{{payment.TransactionId[4..]}}",
                  "refunded": {{(refunded > 0 && (expired || refunded >= payment.Received) ? "true" : "false")}},
                  "review": null,
                  "shipping": null,
                  "source": null,
                  "source_transfer": null,
                  "statement_descriptor": null,
                  "statement_descriptor_suffix": {{StripeBodies.Text(payment.Details.StatementDescriptorSuffix)}},
                  "status": "{{(failed ? "failed" : "succeeded")}}",
                  "transfer_data": null,
                  "transfer_group": null
                }
            """;
    }

    private const string ThreeDSecure =
        """{ "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "result": "authenticated", "version": "2.2.0" }""";

    private static string CardDetails(IStripeIntent payment) =>
        $$"""
        {
                "card": {
                  "amount_authorized": {{payment.Wire(payment.Truth.Amount)}},
                  "authorization_code": "083214",
                  "brand": "{{payment.Brand}}",
                  "capture_before": {{payment.CaptureBeforeUnix}},
                  "checks": {
                    "address_line1_check": "pass",
                    "address_postal_code_check": "pass",
                    "cvc_check": "pass"
                  },
                  "country": "US",
                  "exp_month": 8,
                  "exp_year": 2030,
                  "extended_authorization": { "status": "disabled" },
                  "fingerprint": "{{payment.TransactionId[4..20]}}",
                  "funding": "credit",
                  "incremental_authorization": { "status": "unavailable" },
                  "installments": null,
                  "last4": "{{payment.Last4}}",
                  "mandate": null,
                  "multicapture": { "status": "available" },
                  "network": "{{payment.Brand}}",
                  "network_token": { "used": false },
                  "network_transaction_id": "{{payment.AcquirerReference}}",
                  "overcapture": {
                    "maximum_amount_capturable": {{payment.Wire(payment.Truth.Amount)}},
                    "status": "unavailable"
                  },
                  "regulated_status": "unregulated",
                  "three_d_secure": {{(payment.Details.IsAuthenticated ? ThreeDSecure : "null")}},
                  "transaction_link_id": null,
                  "wallet": null
                },
                "type": "card"
              }
        """;
}
