using PaymentPipeline.Client;

namespace PaymentPipeline.Ops.Orders;

/// <summary>
/// One order through the API, from its payment to its end. The answers of the API lead from step to step; what took effect is read
/// from the events, because gateways may decide later (Adyen's captures and refunds).
/// </summary>
internal sealed class OrderFlow(PaymentPipelineClient api, PayerBrowser browser, TestTokens tokens, Order order, OrderNews news)
{
    private const string ReturnUrl = "https://shop.example/back";
    private const int TriesMax = 12;
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    /// <exception cref="OrderException">It went another way.</exception>
    /// <exception cref="PaymentPipelineException">The API refused a step.</exception>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var wish = await WishAsync(cancellationToken);
        var payment = await TwiceAsync(() => CreateAsync(wish, cancellationToken), made => made.PaymentId, cancellationToken);
        if (order.IsHeldFirst) await news.UntilAsync("authorized", data => data.Status == PaymentStatuses.Authorized, cancellationToken);
        await (order.Kind switch
        {
            OrderKind.Approved => ApproveAsync(payment, cancellationToken),
            OrderKind.TakenLater => CaptureAsync(payment, new CapturePayment(), "capture", cancellationToken),
            OrderKind.TakenInParts => CaptureInPartsAsync(payment, cancellationToken),
            OrderKind.Canceled => TwiceAsync(
                () => api.CancelPaymentAsync(
                    payment.PaymentId, new CancelPayment("requested_by_customer"), Key("cancel"), cancellationToken),
                canceled => canceled.PaymentId, cancellationToken),
            OrderKind.Refunded => RefundAsync(payment, amount: null, cancellationToken),
            OrderKind.PartlyRefunded => RefundAsync(payment, order.Part, cancellationToken),
            _ => Task.CompletedTask,
        });

        await news.UntilAsync(order.End.ToString(), data => OrderNews.EndOf(data) == order.End, cancellationToken);
        var shown = await UntilAnsweredAsync(() => api.GetPaymentAsync(payment.PaymentId, cancellationToken), cancellationToken);
        var end = new OrderEnd(shown.Status, shown.AmountCaptured, shown.AmountRefunded);
        if (end != order.End) throw new OrderException($"the events say {order.End}, the API {end}");
    }

    private async Task<CreatePayment> WishAsync(CancellationToken cancellationToken)
    {
        var wish = new CreatePayment
        {
            OrderId = order.Id, Amount = order.Amount, Currency = order.Currency, Gateway = order.Gateway, ReturnUrl = ReturnUrl,
            CaptureMethod = order.IsHeldFirst ? "manual" : "automatic",
        };
        return order.Kind switch
        {
            OrderKind.Declined => wish with { Token = tokens.Declined(order.Gateway) },
            OrderKind.Approved => wish with { Token = tokens.Asking(order.Gateway) },
            OrderKind.ByStoredMethod => wish with { UserId = UserId, PaymentMethodId = await StoreMethodAsync(cancellationToken) },
            _ => wish with { Token = tokens.Paying(order.Gateway) },
        };
    }

    private async Task<Payment> CreateAsync(CreatePayment wish, CancellationToken cancellationToken)
    {
        try
        {
            return await api.CreatePaymentAsync(wish, Key("pay"), cancellationToken);
        }
        catch (PaymentPipelineException declined) when (declined is { Code: "payment_declined", Payment: not null }
            && order.Kind == OrderKind.Declined)
        {
            return declined.Payment;
        }
    }

    private string UserId => $"user-of-{order.Id}";

    private async Task<string> StoreMethodAsync(CancellationToken cancellationToken)
    {
        var wish = new SavePaymentMethod(UserId, order.Gateway, tokens.Storable(order.Gateway), IsDefault: true);
        var saved = await UntilAnsweredAsync(() => api.SavePaymentMethodAsync(wish, cancellationToken), cancellationToken);
        return saved.PaymentMethodId;
    }

    private async Task ApproveAsync(Payment payment, CancellationToken cancellationToken)
    {
        if (payment.NextAction?.Url is not { } page) throw new OrderException($"the payer has no page to go to: {payment.Status}");
        var brought = await browser.ApproveAsync(new Uri(page), cancellationToken);

        // Stripe goes on by itself; the others wait for the shop to say that the payer is back.
        if (order.Gateway == "stripe") return;
        var confirm = order.Gateway == "adyen" ? new ConfirmPayment { ActionResult = brought } : new ConfirmPayment();
        await TwiceAsync(
            () => api.ConfirmPaymentAsync(payment.PaymentId, confirm, Key("confirm"), cancellationToken),
            confirmed => confirmed.PaymentId, cancellationToken);
    }

    private async Task CaptureInPartsAsync(Payment payment, CancellationToken cancellationToken)
    {
        await CaptureAsync(payment, new CapturePayment(order.Part, Final: false), "capture-1", cancellationToken);
        await news.UntilAsync("captured in part", data => data.AmountCaptured == order.Part, cancellationToken);
        await CaptureAsync(payment, new CapturePayment(), "capture-2", cancellationToken);
    }

    private Task<Payment> CaptureAsync(
        Payment payment, CapturePayment capture, string step, CancellationToken cancellationToken) => TwiceAsync(
        () => api.CapturePaymentAsync(payment.PaymentId, capture, Key(step), cancellationToken),
        captured => captured.PaymentId, cancellationToken);

    private async Task RefundAsync(Payment payment, long? amount, CancellationToken cancellationToken)
    {
        await news.UntilAsync("captured", data => data.AmountCaptured == order.Amount, cancellationToken);
        await TwiceAsync(
            () => api.CreateRefundAsync(
                new CreateRefund(payment.PaymentId, amount, "requested_by_customer"), Key("refund"), cancellationToken),
            refund => refund.RefundId, cancellationToken);
    }

    /// <summary>The same key whenever the step is tried.</summary>
    private string Key(string step) => $"{order.Id}-{step}";

    /// <summary>No answer, or that of a server being stopped, is no outcome: the same request with the same key finds it out.</summary>
    private static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> send, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await send();
            }
            catch (PaymentPipelineException passing) when (
                tried < TriesMax && (passing.Status is 0 or >= 500 || passing.Code == "request_in_progress"))
            {
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    /// <summary>Impatient orders send each request twice at the same time: both must be told of the one thing that was done.</summary>
    private async Task<T> TwiceAsync<T>(Func<Task<T>> send, Func<T, string> idOf, CancellationToken cancellationToken)
    {
        var first = UntilAnsweredAsync(send, cancellationToken);
        if (!order.IsSentTwice) return await first;
        var answers = await Task.WhenAll(first, UntilAnsweredAsync(send, cancellationToken));
        return idOf(answers[0]) == idOf(answers[1])
            ? answers[0]
            : throw new OrderException($"one key made two: {idOf(answers[0])} and {idOf(answers[1])}");
    }
}
