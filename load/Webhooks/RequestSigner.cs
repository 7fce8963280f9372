using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>The prepared keys of one sender; not for two threads at once.</summary>
internal sealed class RequestSigner(WebhookSecrets secrets) : IDisposable
{
    /// <summary>Keyed once; each signature starts from the same prepared state.</summary>
    public IncrementalHash Stripe { get; } = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secrets.Stripe));
    public IncrementalHash Adyen { get; } = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromHexString(secrets.Adyen));

    public void Dispose()
    {
        Stripe.Dispose();
        Adyen.Dispose();
    }
}

/// <param name="Adyen">64 hexadecimal digits.</param>
internal sealed record WebhookSecrets(string Stripe, string Adyen)
{
    public static WebhookSecrets Of(RunningSystem system) =>
        new(system.Setting("Gateways__Stripe__WebhookSecrets__0"), system.Setting("Gateways__Adyen__HmacKeys__0"));
}
