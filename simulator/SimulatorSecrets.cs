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

    /// <summary>Stripe's signing secret, <c>whsec_…</c>.</summary>
    public required string StripeSecret { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public required string AdyenHmacKey { get; init; }
    public required string AdyenMerchantAccount { get; init; }

    /// <summary>The id of the shop's webhook subscription at PayPal; part of what is signed.</summary>
    public required string PayPalWebhookId { get; init; }

    [JsonIgnore]
    public AdyenSecrets Adyen => new(AdyenMerchantAccount, AdyenHmacKey);

    public static SimulatorSecrets LoadOrCreate(string folder)
    {
        var file = Path.Combine(folder, File);
        if (System.IO.File.Exists(file))
            return JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(file), SimulatorJson.Default.SimulatorSecrets)!;

        var secrets = Create();
        PrivateFile.Write(file, JsonSerializer.Serialize(secrets, SimulatorJson.Default.SimulatorSecrets) + "\n");
        return secrets;
    }

    /// <summary>Others that nobody trusts: what a forger would use.</summary>
    public static SimulatorSecrets Create() => new()
    {
        StripeSecret = "whsec_" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32),
        AdyenHmacKey = RandomNumberGenerator.GetHexString(64),
        AdyenMerchantAccount = "ExampleShopECOM",
        PayPalWebhookId = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 17),
    };
}
