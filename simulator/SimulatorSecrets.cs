using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentPipeline.Simulator.Adyen;

namespace PaymentPipeline.Simulator;

/// <summary>
/// What the three gateways sign with, made once per data folder and kept in <c>secrets.json</c>, from where the ingress is
/// configured. Random, not from the seed: a seed is printed.
/// </summary>
internal sealed record SimulatorSecrets
{
    public const string File = "secrets.json";
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Stripe's signing secret, <c>whsec_…</c>.</summary>
    public required string StripeSecret { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public required string AdyenHmacKey { get; init; }
    public required string AdyenMerchantAccount { get; init; }

    /// <summary>The id of the shop's webhook subscription at PayPal; part of what is signed.</summary>
    public required string PayPalWebhookId { get; init; }

    // What the APIs are asked with. Not required: a folder of before has none, and gets them.

    /// <summary><c>sk_test_…</c>.</summary>
    public string? StripeApiKey { get; init; }
    public string? AdyenApiKey { get; init; }
    public string? PayPalClientId { get; init; }
    public string? PayPalClientSecret { get; init; }

    [JsonIgnore]
    public AdyenSecrets Adyen => new(AdyenMerchantAccount, AdyenHmacKey);

    public static SimulatorSecrets LoadOrCreate(string folder)
    {
        var file = Path.Combine(folder, File);
        var kept = System.IO.File.Exists(file)
            ? JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(file), SimulatorJson.Default.SimulatorSecrets)!
            : null;
        if (kept is { StripeApiKey: not null, AdyenApiKey: not null, PayPalClientId: not null, PayPalClientSecret: not null }) return kept;

        var made = Create();
        var secrets = kept is null ? made : kept with
        {
            StripeApiKey = made.StripeApiKey, AdyenApiKey = made.AdyenApiKey,
            PayPalClientId = made.PayPalClientId, PayPalClientSecret = made.PayPalClientSecret,
        };
        PrivateFile.Write(file, JsonSerializer.Serialize(secrets, SimulatorJson.Default.SimulatorSecrets) + "\n");
        return secrets;
    }

    /// <summary>Others that nobody trusts: what a forger would use.</summary>
    public static SimulatorSecrets Create() => new()
    {
        StripeSecret = "whsec_" + RandomNumberGenerator.GetString(Alphanumeric, 32),
        AdyenHmacKey = RandomNumberGenerator.GetHexString(64),
        AdyenMerchantAccount = "ExampleShopECOM",
        PayPalWebhookId = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 17),
        StripeApiKey = "sk_test_" + RandomNumberGenerator.GetString(Alphanumeric, 24),
        AdyenApiKey = "AQE" + RandomNumberGenerator.GetString(Alphanumeric, 40),
        PayPalClientId = "A" + RandomNumberGenerator.GetString(Alphanumeric, 79),
        PayPalClientSecret = "E" + RandomNumberGenerator.GetString(Alphanumeric, 79),
    };
}
