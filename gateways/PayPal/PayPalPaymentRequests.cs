using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Writes the requests about authorisations, captures and refunds. Throws as <see cref="PayPalOrderRequests"/> does.</summary>
internal static class PayPalPaymentRequests
{
    public static PayPalRequest Capture(string authorization, CapturePaymentCall call) => new(
        "capture", HttpMethod.Post, $"/v2/payments/authorizations/{PayPalRequest.Step(authorization)}/capture", call.Key,
        JsonSerializer.SerializeToUtf8Bytes(
            new PayPalCaptureBody(PayPalOrderRequests.Amount(call.Amount), call.OperationId, call.IsFinal),
            PayPalBodiesJson.Default.PayPalCaptureBody));

    /// <summary>PayPal takes no request id here.</summary>
    public static PayPalRequest Void(string authorization) => new(
        "cancel", HttpMethod.Post, $"/v2/payments/authorizations/{PayPalRequest.Step(authorization)}/void");

    public static PayPalRequest Refund(string capture, RefundPaymentCall call) => new(
        "refund", HttpMethod.Post, $"/v2/payments/captures/{PayPalRequest.Step(capture)}/refund", call.Key,
        JsonSerializer.SerializeToUtf8Bytes(
            new PayPalRefundBody(PayPalOrderRequests.Amount(call.Amount), call.PaymentId, call.OperationId, NoteOf(call.Reason)),
            PayPalBodiesJson.Default.PayPalRefundBody));

    public static PayPalRequest ReadAuthorization(string id) => PayPalRequest.Get($"/v2/payments/authorizations/{PayPalRequest.Step(id)}");

    public static PayPalRequest ReadCapture(string id) => PayPalRequest.Get($"/v2/payments/captures/{PayPalRequest.Step(id)}");

    // The payer reads it: nothing of what we suspect.
    private static string? NoteOf(string? reason) => reason switch
    {
        "duplicate" => "This payment was taken twice.",
        "requested_by_customer" => "Refund as you requested.",
        _ => null,
    };
}
