namespace PaymentPipeline.Api.OpenApi;

/// <summary>Payments, refunds and payment methods.</summary>
internal static class PaymentWords
{
    private const string Payments = "Payments";
    private const string Refunds = "Refunds";
    private const string Methods = "Payment methods";
    private static readonly QueryWords Cursor = new("cursor", "Where the last page ended.");
    private static readonly QueryWords Limit = new("limit", "Items of a page, at most 100.", IsNumber: true);

    public static readonly OperationWords[] All =
    [
        new("POST /v1/payments", "createPayment", Payments, "Start a payment")
        {
            Status = 201,
            RequestExample = """
                {"orderId":"order-1001","amount":4999,"currency":"EUR","captureMethod":"automatic","userId":"user-7","confirm":false,
                "returnUrl":"https://shop.example/return","metadata":{"channel":"web"}}
                """,
        },
        new("GET /v1/payments", "listPayments", Payments, "Find payments")
        {
            Query =
            [
                new("orderId", "The shop's order."), new("userId", "The shop's user."), new("gateway", "stripe, adyen or paypal."),
                new("gatewayPaymentId", "Any id that the gateway knows the payment by."), new("status", "One status, in capitals."),
                new("from", "Made at or after, RFC 3339."), new("to", "Made before, RFC 3339."), Cursor, Limit,
            ],
        },
        new("GET /v1/payments/{id}", "getPayment", Payments, "Read a payment") { HasETag = true },
        new("POST /v1/payments/{id}/confirm", "confirmPayment", Payments, "Go on with a payment")
        {
            Description = "With a way to pay, or with what the payer brought back from an action.",
            RequestExample = """{"token":"pm_card_visa","returnUrl":"https://shop.example/return"}""",
        },
        new("POST /v1/payments/{id}/capture", "capturePayment", Payments, "Take money that is held")
        {
            RequestExample = """{"amount":2500,"final":false}""",
        },
        new("POST /v1/payments/{id}/cancel", "cancelPayment", Payments, "Release what is held, or give the payment up")
        {
            RequestExample = """{"reason":"requested_by_customer"}""",
        },
        new("GET /v1/payments/{id}/transactions", "listTransactions", Payments, "Every financial transaction of a payment"),
        new("GET /v1/payments/{id}/timeline", "getTimeline", Payments, "Everything that happened to a payment, in order"),
        new("POST /v1/refunds", "createRefund", Refunds, "Give money back")
        {
            Status = 201,
            RequestExample = """{"paymentId":"pay_0199c0ffee007000a000000000000001","amount":1000,"reason":"requested_by_customer"}""",
        },
        new("GET /v1/refunds", "listRefunds", Refunds, "The refunds of a payment")
        {
            Query = [new("paymentId", "The payment."), Cursor, Limit],
        },
        new("GET /v1/refunds/{id}", "getRefund", Refunds, "Read a refund"),
        new("POST /v1/payment-methods", "savePaymentMethod", Methods, "Keep a way to pay for a user") { Status = 201 },
        new("GET /v1/users/{userId}/payment-methods", "listPaymentMethods", Methods, "The saved ways to pay of a user"),
        new("PATCH /v1/payment-methods/{id}", "updatePaymentMethod", Methods, "Change what may be changed of a saved way to pay"),
        new("DELETE /v1/payment-methods/{id}", "removePaymentMethod", Methods, "Forget a saved way to pay") { Status = 204 },
        new("PUT /v1/users/{userId}/default-payment-method", "setDefaultPaymentMethod", Methods, "Choose the user's default way to pay"),
    ];
}
