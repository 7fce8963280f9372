using System.Text;

namespace PaymentPipeline.Load;

/// <summary>
/// The same payment as the Order Service asks the API for it, and as the API asks Stripe: a confirmed card payment. Amounts come
/// from the seed; keys and orders are new in each run, so that none is ever a repetition.
/// </summary>
internal sealed class ApiRequests
{
    private readonly RunningSystem _system;
    private readonly string _token;
    private readonly string _run;
    private readonly int[] _amounts;
    private int _next;

    /// <param name="run">Letters: digits in a row might be taken for a card number, which the API refuses.</param>
    public ApiRequests(RunningSystem system, string token, int seed, string run)
    {
        (_system, _token, _run) = (system, token, run);
        var random = new Random(seed);
        _amounts = [.. Enumerable.Range(0, 1024).Select(_ => random.Next(100, 100_000))];
    }

    public ReadOnlyMemory<byte> Payment()
    {
        var n = Interlocked.Increment(ref _next);
        return Post(
            $"POST /v1/payments HTTP/1.1\r\nHost: {_system.Api}\r\nAuthorization: Bearer {_token}\r\nIdempotency-Key: {_run}-{n}\r\n"
            + "Content-Type: application/json\r\n",
            $$"""{"orderId":"{{_run}}-{{n}}","amount":{{Amount(n)}},"currency":"EUR","""
            + """ "gateway":"stripe","token":"pm_card_visa","confirm":true}""");
    }

    public ReadOnlyMemory<byte> StripePayment()
    {
        var n = Interlocked.Increment(ref _next);
        return Post(
            $"POST /v1/payment_intents HTTP/1.1\r\nHost: {_system.Simulator}\r\n"
            + $"Authorization: Bearer {_system.Setting("Gateways__Stripe__ApiKey")}\r\nIdempotency-Key: {_run}-{n}\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n",
            $"amount={Amount(n)}&currency=eur&capture_method=automatic&automatic_payment_methods[enabled]=true"
            + "&automatic_payment_methods[allow_redirects]=never&payment_method=pm_card_visa&confirm=true"
            + $"&metadata[order_id]={_run}-{n}&expand[]=latest_charge");
    }

    public ReadOnlyMemory<byte> Live() => Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {_system.Api}\r\n\r\n");

    private int Amount(int n) => _amounts[n % _amounts.Length];

    private static ReadOnlyMemory<byte> Post(string head, string body) =>
        Encoding.ASCII.GetBytes($"{head}Content-Length: {body.Length}\r\n\r\n{body}");
}
