using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>
/// Moves the money: what is captured never exceeds what was authorised, what is refunded never the capture. A cardholder's name
/// says what shall happen beside PayPal's own: CAPTURE-PENDING, REFUND-PENDING, REFUND-FAILS, DISPUTED.
/// </summary>
internal sealed class PayPalCashier(PayPalBooks books, PayPalTellings tellings, PayPalKeeper keeper)
{
    /// <summary>The order is paid by what its payer approved: captured, or held, as it was meant.</summary>
    public void Complete(ApiRequest request, OrderEntry order)
    {
        books.TakeInvoice(order.Unit.Text("invoice_id"), order.Id);
        (order.Status, order.Updated) = ("COMPLETED", books.Now);
        var verdict = PayPalVerdict.Of(order.Payer);
        if (order is { Payer: { ShallBeVaulted: true } payer } && verdict.IsApproved)
            order.Vaulted = keeper.Keep(request, payer, payer.CustomerId, merchantCustomerId: null);
        if (order.Intent == "CAPTURE") Take(request, order, null, order.Amount, isFinal: true, null);
        else Hold(request, order, order.Amount, isReauthorization: false);
    }

    public AuthorizationEntry Hold(ApiRequest request, OrderEntry order, long amount, bool isReauthorization)
    {
        var entry = new AuthorizationEntry
        {
            Id = books.NewId(), Order = order, Amount = amount, Created = books.Now, Updated = books.Now,
            Verdict = PayPalVerdict.Of(order.Payer), IsReauthorization = isReauthorization,
        };
        books.Authorizations.Add(entry.Id, entry);
        order.Authorizations.Add(entry);
        order.Truth.AlsoKnownAs(entry.Id);
        if (!entry.Verdict.IsApproved)
        {
            // PayPal has no webhook for it: the answer alone tells.
            order.Truth.FailAttempt(entry.Id, retryable: false);
            books.Done(request, order, entry.Id, amount, "declined");
            return entry;
        }
        order.Truth.Authorise();
        books.Done(request, order, entry.Id, amount);
        request.Tell(tellings.AuthorizationCreated(entry));
        return entry;
    }

    /// <param name="of">The authorisation; null for an order captured at once.</param>
    /// <param name="invoice">Of this capture; null: the order's.</param>
    public CaptureEntry Take(ApiRequest request, OrderEntry order, AuthorizationEntry? of, long amount, bool isFinal, string? invoice)
    {
        var step = order.Currency.Step;
        var entry = new CaptureEntry
        {
            Id = books.NewId(), Order = order, Authorization = of, Amount = amount, IsFinal = isFinal,
            Fee = Math.Clamp((amount * 349 / 10_000 + step) / step * step, step, amount), Created = books.Now, Updated = books.Now,
            Verdict = PayPalVerdict.Of(order.Payer), InvoiceId = invoice ?? order.Unit.Text("invoice_id"),
            CustomId = order.Unit.Text("custom_id"), IsPending = order.Payer?.Name == "CAPTURE-PENDING",
        };
        books.Captures.Add(entry.Id, entry);
        order.Captures.Add(entry);
        order.Truth.AlsoKnownAs(entry.Id);
        if (of is not null) (of.Captured, of.IsClosed, of.Updated) = (of.Captured + amount, of.IsClosed || isFinal, books.Now);

        if (!entry.Verdict.IsApproved) order.Truth.FailAttempt(entry.Id, retryable: false);
        else if (entry.IsPending) order.Truth.Waits("PROCESSING");
        else Settle(entry);
        books.Done(request, order, entry.Id, amount, !entry.Verdict.IsApproved ? "declined" : entry.IsPending ? "pending" : "done");
        request.Tell(tellings.Captured(entry));
        if (entry.IsPending && entry.Verdict.IsApproved) books.Later(tell => Clear(entry, tell));
        if (order.Payer?.Name == "DISPUTED") books.Later(tell => tell(tellings.DisputeCreated(keeper.OpenDispute(entry))));
        return entry;
    }

    public RefundEntry GiveBack(ApiRequest request, CaptureEntry capture, long amount, RefundTerms terms)
    {
        var course = capture.Order.Payer?.Name;
        var waits = course is "REFUND-PENDING" or "REFUND-FAILS";
        var id = books.NewId();
        books.TakeInvoice(terms.InvoiceId, id);
        (capture.Refunded, capture.Updated) = (capture.Refunded + amount, books.Now);
        var entry = new RefundEntry
        {
            Id = id, Capture = capture, Amount = amount, Total = capture.Refunded, Created = books.Now, Updated = books.Now,
            InvoiceId = terms.InvoiceId, CustomId = terms.CustomId ?? capture.CustomId, Note = terms.Note,
            Status = waits ? "PENDING" : "COMPLETED",
        };
        books.Refunds.Add(entry.Id, entry);
        capture.Refunds.Add(entry);
        capture.Order.Truth.Refund(entry.Id, amount, waits ? "pending" : "succeeded");
        books.Done(request, capture.Order, entry.Id, amount, waits ? "pending" : "done");
        request.Tell(tellings.Refunded(entry));
        if (waits) books.Later(tell => Conclude(entry, course == "REFUND-PENDING", tell));
        return entry;
    }

    public void Release(ApiRequest request, AuthorizationEntry entry)
    {
        (entry.IsVoided, entry.Updated) = (true, books.Now);
        entry.Order.Truth.Void();
        books.Done(request, entry.Order, entry.Id, entry.Amount);
        request.Tell(tellings.AuthorizationVoided(entry));
    }

    private void Clear(CaptureEntry entry, Action<Telling> tell)
    {
        (entry.IsPending, entry.Updated) = (false, books.Now);
        Settle(entry);
        tell(tellings.Captured(entry));
    }

    private static void Settle(CaptureEntry entry)
    {
        entry.Order.Truth.Capture(entry.Id, entry.Amount);
        entry.Order.Truth.Fee(entry.Id, entry.Fee);
    }

    private void Conclude(RefundEntry entry, bool succeeds, Action<Telling> tell)
    {
        (entry.Status, entry.Updated) = (succeeds ? "COMPLETED" : "FAILED", books.Now);
        if (!succeeds) entry.Capture.Refunded -= entry.Amount;
        entry.Capture.Order.Truth.Refund(entry.Id, entry.Amount, succeeds ? "succeeded" : "failed");
        tell(tellings.Refunded(entry));
    }
}

/// <summary>What a merchant writes on a refund.</summary>
internal sealed record RefundTerms(string? InvoiceId, string? CustomId, string? Note);
