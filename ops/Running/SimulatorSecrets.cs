using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Ops.Running;

/// <summary>What the simulator signs with: it makes the file <c>secrets.json</c> once per data folder.</summary>
internal sealed record SimulatorSecrets(string StripeSecret, string AdyenHmacKey, string AdyenMerchantAccount, string PayPalWebhookId)
{
    /// <summary>What its APIs let in; null where it has none.</summary>
    public string? StripeApiKey { get; init; }
    public string? AdyenApiKey { get; init; }
    public string? PayPalClientId { get; init; }
    public string? PayPalClientSecret { get; init; }

    public static SimulatorSecrets Load(string folder)
    {
        var file = Path.Combine(folder, "secrets.json");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), SimulatorSecretsJson.Default.SimulatorSecrets)
                ?? throw new UserErrorException($"{file} is empty: delete it and start again.");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new UserErrorException($"{file} cannot be read ({e.Message}): delete {folder} and start again.", e);
        }
    }
}

[JsonSerializable(typeof(SimulatorSecrets))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SimulatorSecretsJson : JsonSerializerContext;
