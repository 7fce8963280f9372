using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>What the merchant has at PayPal. All members are used under the floor's lock.</summary>
internal sealed class PayPalBooks(ApiFloor floor)
{
    public const string Account = "default";
    public ApiFloor Floor => floor;
    public Dictionary<string, OrderEntry> Orders { get; } = [];
    public Dictionary<string, AuthorizationEntry> Authorizations { get; } = [];
    public Dictionary<string, CaptureEntry> Captures { get; } = [];
    public Dictionary<string, RefundEntry> Refunds { get; } = [];
    public Dictionary<string, SetupEntry> Setups { get; } = [];
    public Dictionary<string, VaultedEntry> Vault { get; } = [];
    public Dictionary<string, DisputeEntry> Disputes { get; } = [];

    /// <summary>Whose an invoice id is: an order's, or a refund's.</summary>
    public Dictionary<string, string> Invoices { get; } = [];

    public DateTimeOffset Now => floor.Time.GetUtcNow();

    public string NewId() => Dice.PayPalId(floor.Random);

    /// <summary>The payer of a token of the vault, who need not be there.</summary>
    public PayPalPayer Vaulted(string token) =>
        Vault.GetValueOrDefault(token) is { } entry
            ? entry.Payer with { IsVaulted = true, ShallBeVaulted = false, NeedsAction = false, CustomerId = entry.CustomerId }
            : throw PayPalRefusal.Unprocessable(
                "TOKEN_ID_NOT_FOUND", "Specified token was not found. Verify the token and try the request again.", "/payment_source");

    public OrderEntry Order(ApiRequest request) => Orders.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound();

    /// <summary>An invoice id pays once: a second payment under it would be the same again.</summary>
    /// <param name="owner">The id of the order, or of the refund.</param>
    public void TakeInvoice(string? invoice, string owner)
    {
        if (invoice is null) return;
        if (Invoices.TryGetValue(invoice, out var other) && other != owner)
            throw PayPalRefusal.Unprocessable(
                "DUPLICATE_INVOICE_ID", "Duplicate Invoice ID detected. Invoice Id has to be unique for each transaction.", "/invoice_id");
        Invoices[invoice] = owner;
    }

    public void Later(Action<Action<Telling>> what) =>
        floor.Later(TimeSpan.FromMilliseconds(floor.Faults["paypal"].Knobs.SettleMs), what);

    public void Done(ApiRequest request, OrderEntry order, string? partId, long amount, string outcome = "done") => floor.Truth.Done(
        new Effect
        {
            Operation = request.Operation, Gateway = "paypal", Account = Account, Key = request.Key, Outcome = outcome,
            GatewayPaymentId = order.Id, PaymentId = order.Truth.PaymentId, PartId = partId, Amount = amount,
            Currency = order.Currency.Code, At = request.Now,
        },
        order.Truth);
}
