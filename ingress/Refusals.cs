using Microsoft.Net.Http.Headers;

namespace PaymentPipeline.Ingress;

/// <summary>Answers, counts and logs what is refused. A flood of forgeries makes a line each ten seconds, not one each.</summary>
internal sealed class Refusals(IngressMetrics metrics, TimeProvider time, ILogger<Refusals> logger)
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(10);
    private const string RetryAfterSeconds = "1";
    private long _sinceLine;
    private long _lineAt;

    /// <param name="route">Null when there is none of that address.</param>
    /// <param name="reason">Of a small, closed set.</param>
    public Task AnswerAsync(HttpContext context, WebhookRoute? route, Refusal refusal, string reason)
    {
        metrics.Refused(route, reason);
        LogSample(route, refusal.Problem.Status, reason);
        var headers = context.Response.Headers;
        if (refusal.Close) headers.Connection = "close";
        if (refusal.Again) headers.RetryAfter = RetryAfterSeconds;
        if (ReferenceEquals(refusal, Refusal.Method)) headers[HeaderNames.Allow] = HttpMethods.Post;
        return refusal.Problem.WriteAsync(context);
    }

    private void LogSample(WebhookRoute? route, int status, string reason)
    {
        var gateway = route?.Gateway.Name ?? "none";
        var account = route?.Account ?? "none";
        Log.Refused(logger, gateway, account, status, reason);
        Interlocked.Increment(ref _sinceLine);
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _lineAt);
        if (last != 0 && time.GetElapsedTime(last, now) < SampleEvery) return;
        if (Interlocked.CompareExchange(ref _lineAt, now, last) != last) return;
        Log.RefusedSample(logger, Interlocked.Exchange(ref _sinceLine, 0), gateway, account, status, reason);
    }
}
