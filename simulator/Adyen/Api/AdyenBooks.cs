using System.Security.Cryptography;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>What the merchant account has at Adyen. All members are used under the floor's lock.</summary>
internal sealed class AdyenBooks(ApiFloor floor)
{
    private readonly Dictionary<string, AdyenCharge> _charges = [];
    private readonly Dictionary<string, AdyenCharge> _byReference = [];

    public const string Account = "default";
    public ApiFloor Floor => floor;
    public Dictionary<string, AdyenSession> Sessions { get; } = [];
    public Dictionary<string, AdyenChallenge> Challenges { get; } = [];
    public Dictionary<string, AdyenToken> Tokens { get; } = [];

    public string NewPsp() => Dice.PspReference(floor.Random);

    /// <summary>For what the payer's browser carries.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetHexString(32);

    /// <summary>What takes Adyen its time.</summary>
    public void Later(Action<Action<Telling>> what) =>
        floor.Later(TimeSpan.FromMilliseconds(floor.Faults["adyen"].Knobs.SettleMs), what);

    public AdyenCharge? Find(string psp) => _charges.GetValueOrDefault(psp);

    /// <summary>The newest with the merchant's reference.</summary>
    public AdyenCharge? FindByReference(string reference) => _byReference.GetValueOrDefault(reference);

    public AdyenCharge Open(AdyenOrder order)
    {
        var psp = NewPsp();
        var charge = new AdyenCharge
        {
            Psp = psp, Reference = order.Reference, Method = order.Method, Currency = order.Currency, Amount = order.Amount,
            Shopper = order.Shopper, CapturesAtOnce = order.CapturesAtOnce,
            Truth = new PaymentTruth
            {
                Gateway = "adyen", Account = Account, GatewayPaymentId = psp, PaymentId = order.PaymentId,
                OrderId = order.OrderReference, UserId = order.Shopper, Currency = order.Currency, Amount = order.Amount,
            },
        };
        _charges.Add(psp, charge);
        _byReference[order.Reference] = charge;
        floor.Truth.Open(charge.Truth);
        return charge;
    }

    /// <summary>Enters what was done to a payment.</summary>
    public void Done(ApiRequest request, AdyenCharge charge, string? partId, long amount, string outcome = "done") =>
        floor.Truth.Done(
            new Effect
            {
                Operation = request.Operation, Gateway = "adyen", Account = Account, Key = request.Key, Outcome = outcome,
                GatewayPaymentId = charge.Psp, PaymentId = charge.Truth.PaymentId, PartId = partId, Amount = amount,
                Currency = charge.Currency.Code, At = request.Now,
            },
            charge.Truth);
}

/// <summary>What the merchant asked to be paid, before or after the payer acted.</summary>
internal sealed record AdyenOrder(
    string Reference, long Amount, Denomination Currency, AdyenMethod Method, string? Shopper, bool CapturesAtOnce, bool StoresMethod,
    AdyenVerdict Verdict)
{
    /// <summary>merchantOrderReference; the payment's own where there is none.</summary>
    public string OrderReference { get; init; } = Reference;

    /// <summary>The merchant's id of the payment: what it writes behind a dot is a note of its own.</summary>
    public string PaymentId => Reference.Split('.')[0];
}

/// <summary>A payer on the way through a challenge page.</summary>
internal sealed class AdyenChallenge
{
    public required string Id { get; init; }
    public required AdyenOrder Order { get; init; }
    public required Uri ReturnUrl { get; init; }

    /// <summary>Null until the payer decided.</summary>
    public bool? IsPassed { get; set; }

    /// <summary>What the merchant gets for the payer's result: the same each time it asks.</summary>
    public ApiAnswer? Answer { get; set; }
}
