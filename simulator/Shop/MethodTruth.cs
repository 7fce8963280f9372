using System.Text.Json;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>A stored way to pay as the gateway keeps it.</summary>
internal sealed class MethodTruth : TruthRecord
{
    public required string Token { get; init; }
    public string? UserId { get; set; }
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpiryMonth { get; init; }
    public int? ExpiryYear { get; private set; }
    public bool Removed { get; private set; }
    public ExpectedEvents Events { get; } = new();
    public override string File => "methods.jsonl";

    public void Attach(int? expiryYear)
    {
        ExpiryYear = expiryYear;
        Events.Once("PaymentMethodAdded");
    }

    /// <summary>The date of a method that nobody has kept yet.</summary>
    public void ExpiresIn(int expiryYear) => ExpiryYear = expiryYear;

    public void Renew(int? expiryYear)
    {
        ExpiryYear = expiryYear;
        Events.Once("PaymentMethodUpdated");
    }

    public void Detach()
    {
        Removed = true;
        Events.Once("PaymentMethodRemoved");
    }

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("token", Token);
        json.WriteString("userId", UserId);
        json.WriteString("brand", Brand);
        json.WriteString("last4", Last4);
        if (ExpiryMonth is { } month) json.WriteNumber("expMonth", month);
        if (ExpiryYear is { } year) json.WriteNumber("expYear", year);
        json.WriteBoolean("removed", Removed);
        Events.Write(json);
    }
}

/// <summary>Money that a gateway sends to the shop's bank.</summary>
internal sealed class PayoutTruth : TruthRecord
{
    public required string GatewayPayoutId { get; init; }
    public required Denomination Currency { get; init; }
    public required long Amount { get; init; }

    /// <summary>"PENDING", "PAID" or "FAILED".</summary>
    public string Status { get; private set; } = "PENDING";
    public ExpectedEvents Events { get; } = new();
    public override string File => "payouts.jsonl";

    public void Pay()
    {
        Status = "PAID";
        Events.Once("PayoutSettled");
    }

    public void Fail() => Status = "FAILED";

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("gatewayPayoutId", GatewayPayoutId);
        json.WriteString("currency", Currency.Code);
        json.WriteNumber("amount", Amount);
        json.WriteString("status", Status);
        Events.Write(json);
    }
}
