namespace PaymentPipeline.Simulator.Stripe;

/// <summary>The dispute as <c>data.object</c> of an event.</summary>
internal static class StripeDisputeBody
{
    /// <param name="moved">The disputed amount was withdrawn; false for an inquiry.</param>
    public static string Of(IStripeIntent payment, string id, long amount, string status, string created, bool moved, bool reinstated)
    {
        var withdrawal = moved ? Movement(payment, id, -amount, created, "Chargeback withdrawal") : "";
        var reversal = reinstated ? ", " + Movement(payment, id, amount, created, "Chargeback reversal") : "";
        return $$"""
            {
                  "amount": {{payment.Wire(amount)}},
                  "balance_transactions": [{{withdrawal}}{{reversal}}],
                  "charge": "{{payment.ChargeId}}",
                  "created": {{created}},
                  "currency": "{{payment.Truth.Currency.Lower}}",
                  "enhanced_eligibility_types": [],
                  "evidence": {
                    "access_activity_log": null,
                    "billing_address": null,
                    "cancellation_policy": null,
                    "cancellation_policy_disclosure": null,
                    "cancellation_rebuttal": null,
                    "customer_communication": null,
                    "customer_email_address": null,
                    "customer_name": null,
                    "customer_purchase_ip": null,
                    "customer_signature": null,
                    "duplicate_charge_documentation": null,
                    "duplicate_charge_explanation": null,
                    "duplicate_charge_id": null,
                    "enhanced_evidence": {},
                    "product_description": null,
                    "receipt": null,
                    "refund_policy": null,
                    "refund_policy_disclosure": null,
                    "refund_refusal_explanation": null,
                    "service_date": null,
                    "service_documentation": null,
                    "shipping_address": null,
                    "shipping_carrier": null,
                    "shipping_date": null,
                    "shipping_documentation": null,
                    "shipping_tracking_number": null,
                    "uncategorized_file": null,
                    "uncategorized_text": null
                  },
                  "evidence_details": {
                    "due_by": {{payment.CaptureBeforeUnix}},
                    "enhanced_eligibility": {},
                    "has_evidence": {{(status is "under_review" or "won" ? "true" : "false")}},
                    "past_due": false,
                    "submission_count": {{(status is "under_review" or "won" ? 1 : 0)}}
                  },
                  "id": "{{id}}",
                  "intended_submission_method": null,
                  "is_charge_refundable": {{(moved ? "false" : "true")}},
                  "livemode": false,
                  "metadata": {},
                  "object": "dispute",
                  "payment_intent": "{{payment.Truth.GatewayPaymentId}}",
                  "payment_method_details": {
                    "card": {
                      "brand": "{{payment.Brand}}",
                      "case_type": "{{(moved ? "chargeback" : "inquiry")}}",
                      "network": "{{payment.Brand}}",
                      "network_reason_code": "10.4"
                    },
                    "type": "card"
                  },
                  "reason": "fraudulent",
                  "status": "{{status}}"
                }
            """;
    }

    private static string Movement(IStripeIntent payment, string id, long amount, string created, string description) =>
        $$"""
        {
                  "id": "txn_{{(amount < 0 ? "w" : "r")}}{{id[4..]}}",
                  "object": "balance_transaction",
                  "amount": {{(amount < 0 ? -payment.Wire(-amount) : payment.Wire(amount))}},
                  "available_on": {{created}},
                  "balance_type": "payments",
                  "created": {{created}},
                  "currency": "{{payment.Truth.Currency.Lower}}",
                  "description": "{{description}} for {{payment.ChargeId}}",
                  "exchange_rate": null,
                  "fee": {{(amount < 0 ? payment.Wire(payment.DisputeFee) : 0)}},
                  "fee_details": [],
                  "net": {{(amount < 0 ? -payment.Wire(-amount + payment.DisputeFee) : payment.Wire(amount))}},
                  "reporting_category": "{{(amount < 0 ? "dispute" : "dispute_reversal")}}",
                  "source": "{{id}}",
                  "status": "pending",
                  "type": "adjustment"
                }
        """;
}
