using System.Text;
using PaymentPipeline.Load.Sending;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Api;

/// <summary>
/// The same payment as the Order Service asks the API for it, and as the API asks Stripe: a confirmed card payment. Amounts come
/// from the seed; keys and orders are new in each run, so that none is ever a repetition.
/// </summary>
/// <param name="run">Letters: digits in a row might be taken for a card number, which the API refuses.</param>
internal sealed class ApiRequests(RunningSystem system, DevelopmentToken token, int seed, string run)
{
    private readonly int[] _amounts = [.. Amounts(new Random(seed))];
    private int _next;

    /// <summary>Another one each time.</summary>
    public ReadOnlyMemory<byte> Payment() => Payment(Interlocked.Increment(ref _next));

    public ReadOnlyMemory<byte> StripePayment()
    {
        var n = Interlocked.Increment(ref _next);
        return Post(
            $"POST /v1/payment_intents HTTP/1.1\r\nHost: {system.Simulator}\r\n"
            + $"Authorization: Bearer {system.Setting("Gateways__Stripe__ApiKey")}\r\nIdempotency-Key: {run}-{n}\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n",
            $"amount={Amount(n)}&currency=eur&capture_method=automatic&automatic_payment_methods[enabled]=true"
            + "&automatic_payment_methods[allow_redirects]=never&payment_method=pm_card_visa&confirm=true"
            + $"&metadata[order_id]={run}-{n}&expand[]=latest_charge");
    }

    public ReadOnlyMemory<byte> Live() => Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {system.Api}\r\n\r\n");

    /// <summary>Payments by number, each under its own key: sent again it is the same.</summary>
    public IRequestSource Creates() => new Source(Payment);

    /// <summary>Orders whose payments webhooks tell of meanwhile.</summary>
    public IRequestSource Reads(WebhookMix mix) => new Source(number => Encoding.ASCII.GetBytes(
        $"GET /v1/payments?orderId={mix.OrderId(number)} HTTP/1.1\r\nHost: {system.Api}\r\nAuthorization: Bearer {token.Current}\r\n\r\n"));

    private ReadOnlyMemory<byte> Payment(long n) => Post(
        $"POST /v1/payments HTTP/1.1\r\nHost: {system.Api}\r\nAuthorization: Bearer {token.Current}\r\nIdempotency-Key: {run}-{n}\r\n"
        + "Content-Type: application/json\r\n",
        $$"""{"orderId":"{{run}}-{{n}}","amount":{{Amount(n)}},"currency":"EUR","""
        + """ "gateway":"stripe","token":"pm_card_visa","confirm":true}""");

    private int Amount(long n) => _amounts[n % _amounts.Length];

    private static IEnumerable<int> Amounts(Random random) => Enumerable.Range(0, 1024).Select(_ => random.Next(100, 100_000));

    private static byte[] Post(string head, string body) =>
        Encoding.ASCII.GetBytes($"{head}Content-Length: {body.Length}\r\n\r\n{body}");

    private sealed class Source(Func<long, ReadOnlyMemory<byte>> make) : IRequestSource
    {
        public int EventsIn(long number) => 1;

        public ISender NewSender() => new Sender(make);
    }

    private sealed class Sender(Func<long, ReadOnlyMemory<byte>> make) : ISender
    {
        public ReadOnlyMemory<byte> Write(long number) => make(number);

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
