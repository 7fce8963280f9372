using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Gateways.Tests.Stripe;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>One body of the events' folder and what its index says of it.</summary>
internal sealed class EventCase(JsonElement entry)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 10, 0, 10, TimeSpan.Zero);
    private static readonly Lazy<PayPalStandIn> PayPal = new(() => new PayPalStandIn(Now));
    private GatewayEvent[]? _events;

    public string File { get; } = entry.GetProperty("file").GetString()!;
    public string Gateway { get; } = entry.GetProperty("gateway").GetString()!;
    public string Type { get; } = entry.GetProperty("type").GetString()!;
    public string State { get; } = entry.GetProperty("state").GetString()!;
    public string DedupeKey { get; } = entry.GetProperty("dedupeKey").GetString()!;
    public string? PaymentReference { get; } = Text(entry, "paymentRef");
    public int Items { get; } = entry.TryGetProperty("items", out var items) ? items.GetInt32() : 1;
    public string? CurrencyCode { get; } = Text(entry, "currency")?.ToUpperInvariant();

    /// <summary>The event that the index describes; a batch has more.</summary>
    public GatewayEvent Event => Events.Single(found => found.Key == DedupeKey);

    public GatewayEvent[] Events => _events ??= Read();

    /// <summary>The amount of the index in ISO minor units; null where it names none.</summary>
    public Money? Amount(Currency? spoken)
    {
        var code = CurrencyCode ?? spoken?.Code;
        if (code is null) return null;
        Assert.True(Currencies.TryGet(code, out var currency));
        if (Text(entry, "amount") is { } text) return Currencies.FromGatewayDecimal(Gateway, text, code);
        return entry.TryGetProperty("amountMinor", out var minor) && minor.ValueKind == JsonValueKind.Number
            ? new Money(minor.GetInt64(), currency)
            : null;
    }

    /// <summary>Signs the body as its gateway does, and has it judged.</summary>
    public async Task<WebhookVerdict> VerifyAsync()
    {
        using var gateway = Make();
        var body = CasesFolder.ReadBody(File);
        return await gateway.Verify(body, Headers(body));
    }

    private GatewayEvent[] Read()
    {
        using var gateway = Make();
        return [.. gateway.Gateway.Read(new StoredWebhook("default", CasesFolder.ReadBody(File), "delivery")).Events];
    }

    private GatewayUnderTest Make() => Gateway switch
    {
        "stripe" => new(Gateway, GatewaySettings.Stripe(StripeSigner.Secret), Now),
        "adyen" => new(Gateway, GatewaySettings.Adyen(Text(entry, "hmacKey")!, CasesFolder.ReadBody(File)), Now),
        "paypal" => new(
            Gateway,
            GatewaySettings.PayPal(PayPalStandIn.WebhookId, PayPal.Value.RootPem, ""),
            Now,
            PayPal.Value.Certificates.AddTo),
        _ => throw new NotSupportedException($"No settings are known for {Gateway}."),
    };

    private (string Name, string Value)[] Headers(byte[] body) => Gateway switch
    {
        "stripe" => [StripeSigner.Header(body, Now)],
        "paypal" => PayPal.Value.Sign(body, Now),
        _ => entry.TryGetProperty("headers", out var headers)
            ? [.. headers.EnumerateObject().Select(header => (header.Name, header.Value.GetString()!))]
            : [],
    };

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
