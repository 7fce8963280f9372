using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// Delivers as a gateway does: POST over connections kept alive; whatever is not a 2xx, and whatever gets no answer, is sent
/// again with a growing pause until it is taken or the time for it is over.
/// </summary>
internal sealed class Courier(ShopOptions options, Signing signing, TruthFolder truth, RunCounters counters, TimeProvider time)
    : IDisposable
{
    /// <summary>A refusal is repeated a few times, in case it came of a restart; then it is final.</summary>
    private const int RefusalsMax = 3;
    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = options.Concurrency,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
    });

    private readonly ConcurrentDictionary<(string Gateway, string Account), Uri> _addresses = [];

    /// <summary>Works until the channel is complete. Run as many of these as there may be requests in flight.</summary>
    public async Task WorkAsync(ChannelReader<Webhook> deliveries, CancellationToken stop)
    {
        using var limit = new AnswerLimit(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        await foreach (var webhook in deliveries.ReadAllAsync(CancellationToken.None)) await SettleAsync(webhook, limit, stop);
    }

    /// <summary>Delivers one copy of the webhook, however long that takes.</summary>
    public async Task SettleAsync(Webhook webhook, CancellationToken stop)
    {
        using var limit = new AnswerLimit(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        await SettleAsync(webhook, limit, stop);
    }

    public void Dispose() => _http.Dispose();

    private async Task SettleAsync(Webhook webhook, AnswerLimit limit, CancellationToken stop)
    {
        var (answer, status) = await DeliverAsync(webhook, limit, stop);
        counters.Count(webhook, answer);
        if (!webhook.Settle(answer, status, time.GetUtcNow().ToUnixTimeMilliseconds())) return;
        counters.CountSettled(webhook);
        truth.Settle(webhook);
    }

    private async Task<(WebhookAnswer, int Status)> DeliverAsync(Webhook webhook, AnswerLimit limit, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        var refusals = 0;
        for (var status = 0; ; counters.CountRetry())
        {
            if (stop.IsCancellationRequested) return (WebhookAnswer.Undelivered, status);
            status = await SendAsync(webhook, limit.Begin());
            if (status is >= 200 and < 300) return (WebhookAnswer.Accepted, status);
            if (IsRefusal(status) && (webhook.Forgery != Forgery.None || ++refusals >= RefusalsMax)) return (WebhookAnswer.Refused, status);
            if (time.GetElapsedTime(started).TotalSeconds > options.GiveUpSeconds) return (WebhookAnswer.Undelivered, status);

            await PauseAsync(pause, stop);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The status of the answer, or 0 when there was none.</summary>
    private async Task<int> SendAsync(Webhook webhook, CancellationToken limit)
    {
        webhook.Sent(time.GetUtcNow().ToUnixTimeMilliseconds());
        counters.CountSent();
        using var request = Request(webhook);
        try
        {
            using var response = await _http.SendAsync(request, limit);
            await response.Content.CopyToAsync(Stream.Null, limit);
            return (int)response.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            // No answer: whether the webhook was stored cannot be known, so it is sent again, as a gateway would.
            return 0;
        }
    }

    private HttpRequestMessage Request(Webhook webhook)
    {
        var address = _addresses.GetOrAdd((webhook.Gateway, webhook.Account), AddressOf);
        var content = new ByteArrayContent(webhook.Body);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        foreach (var (name, value) in webhook.Headers) request.Headers.TryAddWithoutValidation(name, value);
        if (signing.ForDelivery(webhook) is { } signature) request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        return request;
    }

    private Uri AddressOf((string Gateway, string Account) to) =>
        new($"{options.Ingress.TrimEnd('/')}/webhooks/{to.Gateway}{(to.Account == "default" ? "" : "/" + to.Account)}");

    /// <summary>4xx, but for those that only ask for patience.</summary>
    private static bool IsRefusal(int status) =>
        status is >= 400 and < 500 and not ((int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests);

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, stop);
        }
        catch (OperationCanceledException)
        {
            // The run is stopped: the caller sees the token and gives the webhook up.
        }
    }
}
