using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace PaymentPipeline.Client;

/// <summary>
/// The API of PaymentPipeline. Thread-safe; make one and keep it. Every call that moves money takes an idempotency key: choose it
/// from what you are doing ("order-4711-capture-1"), keep it with your order, and use the same one when you try again, also after
/// a crash: one key has one effect.
/// </summary>
public sealed class PaymentPipelineClient
{
    private readonly ApiConnection _api;

    /// <param name="http">Its base address is the API's: <c>https://payments.example.com/</c>. Its time-out should be 40 s or more.</param>
    /// <param name="token">A JWT with the scopes needed; asked for before each request, so keep it until shortly before it expires.</param>
    public PaymentPipelineClient(HttpClient http, Func<CancellationToken, ValueTask<string>> token, TimeProvider? time = null)
    {
        _api = new ApiConnection(http, token, time ?? TimeProvider.System);
        Events = new EventsClient(_api, time ?? TimeProvider.System);
    }

    /// <summary>The outgoing events, without a broker.</summary>
    public EventsClient Events { get; }

    /// <exception cref="PaymentPipelineException">Refused; see its code.</exception>
    public Task<Payment> CreatePaymentAsync(CreatePayment payment, string idempotencyKey, CancellationToken cancellationToken = default) =>
        _api.PostAsync("v1/payments", payment, Json.CreatePayment, idempotencyKey, Json.Payment, cancellationToken);

    /// <param name="id"><c>pay_…</c>, or any id by which a gateway names the payment.</param>
    public Task<Payment> GetPaymentAsync(string id, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"v1/payments/{Uri.EscapeDataString(id)}", Json.Payment, cancellationToken);

    public Task<Payment> ConfirmPaymentAsync(
        string paymentId, ConfirmPayment confirm, string idempotencyKey, CancellationToken cancellationToken = default) =>
        OnPaymentAsync(paymentId, "confirm", confirm, Json.ConfirmPayment, idempotencyKey, cancellationToken);

    public Task<Payment> CapturePaymentAsync(
        string paymentId, CapturePayment capture, string idempotencyKey, CancellationToken cancellationToken = default) =>
        OnPaymentAsync(paymentId, "capture", capture, Json.CapturePayment, idempotencyKey, cancellationToken);

    public Task<Payment> CancelPaymentAsync(
        string paymentId, CancelPayment cancel, string idempotencyKey, CancellationToken cancellationToken = default) =>
        OnPaymentAsync(paymentId, "cancel", cancel, Json.CancelPayment, idempotencyKey, cancellationToken);

    public Task<Refund> CreateRefundAsync(CreateRefund refund, string idempotencyKey, CancellationToken cancellationToken = default) =>
        _api.PostAsync("v1/refunds", refund, Json.CreateRefund, idempotencyKey, Json.Refund, cancellationToken);

    public Task<Refund> GetRefundAsync(string refundId, CancellationToken cancellationToken = default) =>
        _api.GetAsync($"v1/refunds/{Uri.EscapeDataString(refundId)}", Json.Refund, cancellationToken);

    /// <summary>All payments of an order, oldest first.</summary>
    public IAsyncEnumerable<Payment> ListPaymentsOfOrderAsync(string orderId, CancellationToken cancellationToken = default) =>
        ListAsync($"v1/payments?orderId={Uri.EscapeDataString(orderId)}", Json.ItemPagePayment, cancellationToken);

    public IAsyncEnumerable<PaymentMethod> ListPaymentMethodsAsync(string userId, CancellationToken cancellationToken = default) =>
        ListAsync($"v1/users/{Uri.EscapeDataString(userId)}/payment-methods", Json.ItemPagePaymentMethod, cancellationToken);

    /// <summary>Needs no key: the same token of the same user is the same method, however often it is sent.</summary>
    public Task<PaymentMethod> SavePaymentMethodAsync(SavePaymentMethod method, CancellationToken cancellationToken = default) =>
        _api.PostAsync(
            "v1/payment-methods", method, Json.SavePaymentMethod, idempotencyKey: null, Json.PaymentMethod, cancellationToken);

    private static ClientJson Json => ClientJson.Default;

    private Task<Payment> OnPaymentAsync<TBody>(
        string paymentId, string what, TBody body, JsonTypeInfo<TBody> type, string idempotencyKey, CancellationToken cancellationToken) =>
        _api.PostAsync(
            $"v1/payments/{Uri.EscapeDataString(paymentId)}/{what}", body, type, idempotencyKey, Json.Payment, cancellationToken);

    private async IAsyncEnumerable<T> ListAsync<T>(
        string path, JsonTypeInfo<ItemPage<T>> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var query = cursor is null ? path : $"{path}{joint}cursor={Uri.EscapeDataString(cursor)}";
            var page = await _api.GetAsync(query, type, cancellationToken);
            foreach (var item in page.Items) yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
