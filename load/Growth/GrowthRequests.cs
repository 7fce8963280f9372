using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Growth;

/// <summary>
/// Webhooks made before they are sent: those of new payments in order, and between them refunds of grown ones from all over the books,
/// each payment at most once in a run; another seed begins at another.
/// </summary>
internal sealed class GrowthRequests(RunningSystem system, GrowthSettings settings, int seed, long payments)
{
    // Coprime to the number of payments unless that is a multiple of it: every payment has its turn before one has its second.
    private const long Stride = 7_368_787;

    private readonly WebhookMix _mix = new(system, new MixSettings(seed, settings.Bytes, Adyen: 0, PayPal: 0, Requests: 0));
    private readonly StripeTemplate _refund = StripeTemplate.MakeRefund(
        new TemplateWords($"{system.Ingress}", GrownPayment.Run, TimeProvider.System.GetUtcNow(), new Filler(seed)), settings.Bytes);
    private long _new;
    private long _old = new Random(seed).NextInt64(payments);

    /// <summary>Other ones each time.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Next()
    {
        using var sender = _mix.NewSender();
        using var signer = new RequestSigner(WebhookSecrets.Of(system));
        var requests = new ReadOnlyMemory<byte>[settings.Webhooks];
        for (var i = 0; i < requests.Length; i++)
            requests[i] = (long)((i + 1) * settings.Old) > (long)(i * settings.Old) ? Refund(signer) : sender.Write(_new++).ToArray();
        return requests;
    }

    private byte[] Refund(RequestSigner signer)
    {
        var request = new byte[_refund.Length];
        _refund.Write(request, _old++ * Stride % payments, signer);
        return request;
    }
}
