using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>What a run sends.</summary>
/// <param name="Bytes">About the length of each body; null for a mix from 0.5 to 20 KB.</param>
/// <param name="Adyen">Share of the requests, 0 to 1.</param>
/// <param name="PayPal">Share of the requests, as far as the pool of signed ones goes.</param>
/// <param name="Requests">How many are expected: over these PayPal's are spread.</param>
internal sealed record MixSettings(int Seed, int? Bytes, double Adyen, double PayPal, long Requests);

/// <summary>
/// The webhooks of a run by number: which payment, which of its three events, which gateway and size. The same number is always
/// the same event with the same body, so that it can be sent again; nothing of it is kept.
/// </summary>
internal sealed class WebhookMix : IRequestSource
{
    public const int EventsPerPayment = 3;

    // A payment's events are as many requests apart, as they are some time apart at a gateway.
    private const int Apart = 100;
    private const int PayPalPaymentsMax = 1000;

    private static readonly int[] mixedSizes = [600, 1500, 2500, 6000, 20000];

    // In percent; the mean is near 2.5 KB.
    private static readonly int[] sizeShares = [25, 30, 30, 12, 3];

    private readonly MixSettings _settings;
    private readonly WebhookSecrets _secrets;
    private readonly int[] _sizes;
    private readonly IRequestTemplate[,] _stripe;
    private readonly IRequestTemplate[,] _adyen;
    private readonly PayPalPool _payPal;

    public WebhookMix(RunningSystem system, MixSettings settings)
    {
        _settings = settings;
        _secrets = WebhookSecrets.Of(system);
        _sizes = settings.Bytes is { } bytes ? [bytes] : mixedSizes;
        var now = TimeProvider.System.GetUtcNow();
        var words = new TemplateWords($"{system.Ingress}", TemplateWords.RunAt(now), now, new Filler(settings.Seed));
        Run = words.Run;
        _stripe = Templates((step, size) => StripeTemplate.Make(words, step, size));
        var merchant = system.Setting("Gateways__Adyen__MerchantAccount").Split(',')[0];
        _adyen = Templates((step, size) => AdyenTemplate.Make(words, merchant, step, size));
        var payPal = PayPalPayments();
        _payPal = payPal.Count == 0 ? PayPalPool.Empty : PayPalPool.Make(system, words, payPal, payment => _sizes[SizeOf(payment)]);
        BytesMax = Math.Max(_payPal.BytesMax, _stripe.Cast<IRequestTemplate>().Concat(_adyen.Cast<IRequestTemplate>()).Max(t => t.Length));
    }

    /// <summary>The letters in all ids of this run.</summary>
    public string Run { get; }

    public int BytesMax { get; }

    /// <summary>As it came out: a run that is longer than the pool has fewer.</summary>
    public double PayPalShare => Math.Min(1, (double)_payPal.Payments * EventsPerPayment / Math.Max(1, _settings.Requests));

    /// <summary>Requests are numbered so that a payment's three come in order, others between them.</summary>
    public static (long Payment, int Step) Event(long number)
    {
        var (group, within) = Math.DivRem(number, EventsPerPayment * Apart);
        return (group * Apart + within % Apart, (int)(within / Apart));
    }

    /// <summary>The shop's order of a payment.</summary>
    public string OrderId(long payment)
    {
        Span<byte> letters = stackalloc byte[LetterNumber.Length];
        LetterNumber.Write(letters, payment);
        return $"{TemplateWords.OrderPrefix}{Run}-{System.Text.Encoding.ASCII.GetString(letters)}";
    }

    public ISender NewSender() => new Sender(this, new RequestSigner(_secrets));

    public int EventsIn(long number)
    {
        var (payment, step) = Event(number);
        return _payPal.Find(payment, step) is null ? Template(payment, step).Events : 1;
    }

    private IRequestTemplate Template(long payment, int step) =>
        (Share(payment, 1) < _settings.Adyen ? _adyen : _stripe)[step, SizeOf(payment)];

    private int SizeOf(long payment)
    {
        if (_sizes.Length == 1) return 0;
        var percent = (int)(Share(payment, 2) * 100);
        for (var size = 0; ; percent -= sizeShares[size++])
            if (percent < sizeShares[size]) return size;
    }

    private List<long> PayPalPayments()
    {
        var payments = Math.Max(1, _settings.Requests / EventsPerPayment);
        var share = Math.Min(_settings.PayPal, (double)PayPalPaymentsMax / payments);
        var chosen = new List<long>();
        for (var payment = 0L; payment < payments && chosen.Count < PayPalPaymentsMax; payment++)
            if (Share(payment, 3) < share) chosen.Add(payment);
        return chosen;
    }

    /// <summary>A number from 0 to 1 that belongs to the payment, by the seed.</summary>
    private double Share(long payment, int use)
    {
        var x = (ulong)payment * 0x9E3779B97F4A7C15 + (ulong)(uint)_settings.Seed * 0xBF58476D1CE4E5B9 + (ulong)use * 0x94D049BB133111EB;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return ((x ^ x >> 31) >> 11) * (1.0 / (1UL << 53));
    }

    private IRequestTemplate[,] Templates(Func<int, int, IRequestTemplate> make)
    {
        var templates = new IRequestTemplate[EventsPerPayment, _sizes.Length];
        for (var step = 0; step < EventsPerPayment; step++)
            for (var size = 0; size < _sizes.Length; size++)
                templates[step, size] = make(step, _sizes[size]);
        return templates;
    }

    private sealed class Sender(WebhookMix mix, RequestSigner signer) : ISender
    {
        private readonly byte[] _request = new byte[mix.BytesMax];

        public ReadOnlyMemory<byte> Write(long number)
        {
            var (payment, step) = Event(number);
            if (mix._payPal.Find(payment, step) is { } ready) return ready;
            var template = mix.Template(payment, step);
            template.Write(_request, payment, signer);
            return _request.AsMemory(0, template.Length);
        }

        public void Dispose() => signer.Dispose();
    }
}
