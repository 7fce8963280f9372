using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>Keeps what outlives a payment: ways to pay in the vault, and disputes.</summary>
internal sealed class PayPalKeeper(PayPalBooks books, PayPalTellings tellings)
{
    /// <param name="customer">PayPal's id of the customer; null makes a new one.</param>
    public VaultedEntry Keep(ApiRequest request, PayPalPayer payer, string? customer, string? merchantCustomerId)
    {
        DateOnly? expiry = DateOnly.TryParseExact(payer.Expiry, "yyyy-MM", out var month) ? month : null;
        var truth = new MethodTruth
        {
            Gateway = "paypal", Account = PayPalBooks.Account, Token = books.NewId().ToLowerInvariant()[..10], UserId = merchantCustomerId,
            Brand = payer.Kind == "card" ? payer.Brand : "paypal", Last4 = payer.Kind == "card" ? payer.LastDigits : null,
            ExpiryMonth = expiry?.Month,
        };
        truth.Attach(expiry?.Year);
        var entry = new VaultedEntry(truth.Token, customer ?? NewCustomer(), merchantCustomerId, payer, truth);
        books.Vault.Add(entry.Id, entry);
        Done(request, "attach", entry);
        request.Tell(tellings.TokenCreated(entry));
        return entry;
    }

    public void Forget(ApiRequest request, VaultedEntry entry)
    {
        books.Vault.Remove(entry.Id);
        entry.Truth.Detach();
        Done(request, "detach", entry);
        request.Tell(tellings.TokenDeleted(entry));
    }

    public string NewCustomer() => $"customer_{Dice.Number(books.Floor.Random, 10)}";

    public DisputeEntry OpenDispute(CaptureEntry capture)
    {
        var entry = new DisputeEntry { Id = $"PP-D-{Dice.Number(books.Floor.Random, 9)}", Capture = capture, Created = books.Now };
        books.Disputes.Add(entry.Id, entry);
        capture.Order.Truth.OpenDispute(entry.Id);
        return entry;
    }

    private void Done(ApiRequest request, string operation, VaultedEntry entry) => books.Floor.Truth.Done(
        new Effect
        {
            Operation = operation, Gateway = "paypal", Account = PayPalBooks.Account, Key = request.Key, PartId = entry.Id,
            At = request.Now,
        },
        entry.Truth);
}
