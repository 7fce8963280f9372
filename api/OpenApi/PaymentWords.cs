using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.PaymentMethods;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Refunds;
using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>Payments, refunds and payment methods.</summary>
internal static class PaymentWords
{
    private const string PaymentTag = "Payments";
    private const string RefundTag = "Refunds";
    private const string MethodTag = "Payment methods";
    private static readonly QueryWords Cursor = new("cursor", "Where the last page ended.");
    private static readonly QueryWords Limit = new("limit", "Items of a page, at most 100.", IsNumber: true);

    /// <summary>Of every operation that asks a gateway to move money.</summary>
    private static readonly Problem[] OfGateways =
    [
        Problems.PaymentDeclined, Problems.GatewayConflict, Problems.GatewayRefused, Problems.GatewayMisconfigured,
        Problems.GatewayUnavailable, Problems.DeadlineExceeded,
    ];

    /// <summary>Of every operation on a payment that is there already.</summary>
    private static readonly Problem[] OfOperations =
    [
        Problems.PaymentState, Problems.AlreadyCanceled, Problems.OperationInProgress, Problems.OperationUnresolved, .. OfGateways,
    ];

    private static readonly Problem[] OfAmounts = [Problems.AmountOutOfRange, Problems.AmountTooLarge, Problems.NothingLeft];

    public static readonly OperationWords[] All =
    [
        new("POST /v1/payments", "createPayment", PaymentTag, "Start a payment")
        {
            Status = 201,
            Answer = typeof(PaymentResource),
            MayBePending = true,
            Problems = [Problems.AmountOutOfRange, Problems.NoRoute, Problems.PaymentMethodRemoved, .. OfGateways],
            RequestExample = """
                {"orderId":"order-1001","amount":4999,"currency":"EUR","captureMethod":"automatic","userId":"user-7","confirm":false,
                "returnUrl":"https://shop.example/return","metadata":{"channel":"web"}}
                """,
        },
        new("GET /v1/payments", "listPayments", PaymentTag, "Find payments")
        {
            Description = "Newest first. A cursor is of one list and is good for a day; from and to are at most 400 days apart.",
            Answer = typeof(PaymentPage),
            Query =
            [
                new("orderId", "The shop's order."), new("userId", "The shop's user."), new("gateway", "stripe, adyen or paypal."),
                new("gatewayPaymentId", "Any id that the gateway knows the payment by."), new("status", "One status, in capitals."),
                new("from", "Made at or after, RFC 3339."), new("to", "Made before, RFC 3339."), Cursor, Limit,
            ],
        },
        new("GET /v1/payments/{id}", "getPayment", PaymentTag, "Read a payment")
        {
            Description = "By our id, or by any id by which the gateway names the payment. failure is that of the newest attempt to pay, "
                + "while the payment waits for another or when it ended without money; checks are the gateway's words.",
            Answer = typeof(PaymentResource),
            HasETag = true,
        },
        new("POST /v1/payments/{id}/confirm", "confirmPayment", PaymentTag, "Go on with a payment")
        {
            Description = "With a way to pay, or with what the payer brought back from an action.",
            Answer = typeof(PaymentResource),
            MayBePending = true,
            Problems = OfOperations,
            RequestExample = """{"token":"pm_card_visa","returnUrl":"https://shop.example/return"}""",
        },
        new("POST /v1/payments/{id}/capture", "capturePayment", PaymentTag, "Take money that is held")
        {
            Answer = typeof(PaymentResource),
            MayBePending = true,
            Problems = [.. OfAmounts, .. OfOperations],
            RequestExample = """{"amount":2500,"final":false}""",
        },
        new("POST /v1/payments/{id}/cancel", "cancelPayment", PaymentTag, "Release what is held, or give the payment up")
        {
            Answer = typeof(PaymentResource),
            MayBePending = true,
            Problems = OfOperations,
            RequestExample = """{"reason":"requested_by_customer"}""",
        },
        new("GET /v1/payments/{id}/transactions", "listTransactions", PaymentTag, "Every financial transaction of a payment")
        {
            Answer = typeof(TransactionList),
        },
        new("GET /v1/payments/{id}/timeline", "getTimeline", PaymentTag, "Everything that happened to a payment, in order")
        {
            Answer = typeof(Timeline),
        },
        new("POST /v1/refunds", "createRefund", RefundTag, "Give money back")
        {
            Status = 201,
            Answer = typeof(RefundResource),
            MayBePending = true,
            Problems = [.. OfAmounts, .. OfOperations],
            RequestExample = """{"paymentId":"pay_0199c0ffee007000a000000000000001","amount":1000,"reason":"requested_by_customer"}""",
        },
        new("GET /v1/refunds", "listRefunds", RefundTag, "The refunds of a payment")
        {
            Answer = typeof(RefundList),
            Query = [new("paymentId", "The payment.") { IsRequired = true }],
        },
        new("GET /v1/refunds/{id}", "getRefund", RefundTag, "Read a refund") { Answer = typeof(RefundResource) },
        new("POST /v1/payment-methods", "savePaymentMethod", MethodTag, "Keep a way to pay for a user")
        {
            Description = "With what the gateway's client-side library made, or, without a token, by a set-up that the payer finishes.",
            Status = 201,
            Answer = typeof(MethodResource),
            MayBePending = true,
            Problems = [Problems.GatewayConflict, Problems.GatewayRefused, Problems.GatewayMisconfigured, Problems.GatewayUnavailable],
            RequestExample = """{"userId":"user-7","gateway":"stripe","token":"pm_card_visa","isDefault":true}""",
        },
        new("GET /v1/users/{userId}/payment-methods", "listPaymentMethods", MethodTag, "The saved ways to pay of a user")
        {
            Answer = typeof(MethodList),
        },
        new("PATCH /v1/payment-methods/{id}", "updatePaymentMethod", MethodTag, "Change what may be changed of a saved way to pay")
        {
            Answer = typeof(MethodResource),
            Problems = [Problems.PaymentMethodRemoved],
            RequestExample = """{"isDefault":true}""",
        },
        new("DELETE /v1/payment-methods/{id}", "removePaymentMethod", MethodTag, "Forget a saved way to pay") { Status = 204 },
        new("PUT /v1/users/{userId}/default-payment-method", "setDefaultPaymentMethod", MethodTag, "Choose the user's default way to pay")
        {
            Answer = typeof(MethodResource),
            RequestExample = """{"paymentMethodId":"pm_0199c0ffee007000a000000000000001"}""",
        },
    ];
}
