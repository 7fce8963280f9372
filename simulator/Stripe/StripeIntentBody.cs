namespace PaymentPipeline.Simulator.Stripe;

/// <summary>The payment intent as <c>data.object</c> of an event.</summary>
internal static class StripeIntentBody
{
    public static string Of(IStripeIntent payment, string status)
    {
        var truth = payment.Truth;
        var declined = status == "requires_payment_method" && payment.Decline is not null;
        var capturable = status == "requires_capture" ? payment.Wire(truth.Amount - payment.Received) : 0;
        return $$"""
            {
                  "allowed_payment_method_types": null,
                  "amount": {{payment.Wire(truth.Amount)}},
                  "amount_capturable": {{capturable}},
                  "amount_details": {
                    "tip": {}
                  },
                  "amount_received": {{payment.Wire(payment.Received)}},
                  "application": null,
                  "application_fee_amount": null,
                  "automatic_payment_methods": {
                    "enabled": true
                  },
                  "canceled_at": {{(status == "canceled" ? payment.NowUnix : "null")}},
                  "cancellation_reason": {{StripeBodies.Text(status == "canceled" ? payment.CancellationReason : null)}},
                  "capture_method": "{{payment.Details.CaptureMethod ?? (payment.IsManual ? "manual" : "automatic")}}",
                  "client_secret": "{{truth.GatewayPaymentId}}_secret_{{payment.TransactionId[4..]}}",
                  "confirmation_method": "automatic",
                  "created": {{payment.CreatedUnix}},
                  "currency": "{{truth.Currency.Lower}}",
                  "customer": {{StripeBodies.Text(payment.Customer)}},
                  "customer_account": null,
                  "description": {{StripeBodies.Text(payment.Details.Description)}},
                  "excluded_payment_method_types": null,
                  "id": "{{truth.GatewayPaymentId}}",
                  "last_payment_error": {{payment.Details.LastError ?? (declined ? LastError(payment) : "null")}},
                  "latest_charge": {{StripeBodies.Text(payment.LatestCharge)}},
                  "livemode": false,
                  "managed_payments": null,
                  "metadata": {{payment.Metadata}},
                  "next_action": {{(status == "requires_action" ? payment.Details.NextAction ?? NextAction(payment) : "null")}},
                  "object": "payment_intent",
                  "on_behalf_of": null,
                  "payment_method": {{StripeBodies.Text(status == "requires_payment_method" ? null : payment.PaymentMethod)}},
                  "payment_method_configuration_details": null,
                  "payment_method_options": {
                    "card": {
                      "installments": null,
                      "mandate_options": null,
                      "network": null,
                      "request_three_d_secure": "automatic"
                    }
                  },
                  "payment_method_types": [
                    "card"
                  ],
                  "payment_record": null,
                  "processing": null,
                  "receipt_email": {{StripeBodies.Text(payment.Details.ReceiptEmail)}},
                  "review": null,
                  "setup_future_usage": {{StripeBodies.Text(payment.Details.SetupFutureUsage)}},
                  "shipping": null,
                  "source": null,
                  "statement_descriptor": null,
                  "statement_descriptor_suffix": {{StripeBodies.Text(payment.Details.StatementDescriptorSuffix)}},
                  "status": "{{status}}",
                  "transfer_data": null,
                  "transfer_group": null
                }
            """;
    }

    private static string NextAction(IStripeIntent payment) =>
        $$"""
        {
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {
                  "type": "three_d_secure_redirect",
                  "stripe_js": "https://hooks.stripe.com/redirect/authenticate/src_{{payment.TransactionId[4..]}}",
                  "source": "src_{{payment.TransactionId[4..]}}"
                }
              }
        """;

    public static string LastError(IStripeIntent payment) =>
        $$"""
        {
                "advice_code": "try_again_later",
                "charge": {{StripeBodies.Text(payment.LatestCharge)}},
                "code": "{{payment.Details.FailureCode}}",
                "decline_code": "{{payment.Decline}}",
                "doc_url": "https://stripe.com/docs/error-codes/card-declined",
                "message": "Your card was declined.",
                "network_advice_code": null,
                "network_decline_code": "51",
                "type": "card_error",
                "payment_method": {
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
                    "brand": "{{payment.Brand}}",
                    "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                    "country": "US",
                    "exp_month": 8,
                    "exp_year": 2030,
                    "funding": "credit",
                    "last4": "{{payment.Last4}}",
                    "wallet": null
                  },
                  "created": {{payment.CreatedUnix}},
                  "customer": null,
                  "customer_account": null,
                  "id": "{{payment.PaymentMethod}}",
                  "livemode": false,
                  "metadata": {},
                  "object": "payment_method",
                  "type": "card"
                }
              }
        """;
}
