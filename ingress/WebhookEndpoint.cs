using System.Diagnostics;
using Microsoft.Extensions.Options;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ingress;

/// <summary>
/// A webhook's way, in the order in which strangers get expensive:
/// 1. address, method, size and type, from the head alone; 2. the body's bytes; 3. the signature over exactly these bytes;
/// 4. the append; 5. the answer, 200 only after the log has said that the record is durable. Nothing is parsed beyond what
/// the signature and the partition key need: a signed body that makes no sense is accepted, so that it blocks no
/// gateway's queue, and the processors quarantine it.
/// </summary>
internal sealed class WebhookEndpoint(
    WebhookRoutes routes, WebhookLog log, InFlightLimits limits, Refusals refusals, IngressMetrics metrics, TimeProvider time,
    IOptions<IngressOptions> options)
{
    private readonly int _bodyBytesMax = options.Value.MaxBodyBytes;
    private readonly TimeSpan _bodyTimeout = TimeSpan.FromSeconds(options.Value.BodyTimeoutSeconds);

    public Task HandleAsync(HttpContext context, string target)
    {
        var route = routes.Find(target);
        metrics.Received(route);
        var refusal = route is null ? Refusal.NotFound : RequestHead.Check(context.Request, _bodyBytesMax);
        return refusal is null
            ? ReceiveAsync(context, route!)
            : refusals.AnswerAsync(context, route, refusal, refusal.Reason);
    }

    private async Task ReceiveAsync(HttpContext context, WebhookRoute route)
    {
        using var body = new InFlightBody(limits);
        var unread = await BodyReader.ReadAsync(context.Request, body, _bodyBytesMax, _bodyTimeout, time);
        if (unread is null && !body.TryEnter()) unread = Refusal.Busy;
        if (unread is not null)
        {
            await refusals.AnswerAsync(context, route, unread, unread.Reason);
            return;
        }
        route.Counts.AddBody(body.Length);

        var receivedAt = time.GetUtcNow();
        using var activity = TraceContext.Start(context.Request.Headers, out var traceParent);
        var request = new WebhookRequest(route.Account, body.Bytes, new WebhookHeaders(context.Request.Headers));
        var verdict = await route.Gateway.VerifyAsync(request, CancellationToken.None);
        if (verdict.Kind != WebhookVerdictKind.Authentic)
        {
            var refusal = RefusalOf(verdict.Kind);
            await refusals.AnswerAsync(context, route, refusal, verdict.Reason ?? refusal.Reason);
            return;
        }

        var record = WebhookRecord.Of(route, in verdict, body.Bytes, receivedAt, traceParent);
        if (await log.AppendAsync(record, body) is { } notKept)
        {
            await refusals.AnswerAsync(context, route, notKept, notKept.Reason);
            return;
        }
        metrics.Accepted(route, verdict.SecretId);
        await AcknowledgeAsync(context.Response, route.Acknowledgement);
    }

    private static Refusal RefusalOf(WebhookVerdictKind kind) => kind switch
    {
        WebhookVerdictKind.NotAuthentic => Refusal.NotAuthentic,
        WebhookVerdictKind.Malformed => Refusal.Malformed,
        WebhookVerdictKind.TooManyItems => Refusal.TooManyItems,
        WebhookVerdictKind.Unavailable => Refusal.CannotJudge,
        _ => throw new UnreachableException($"The verdict {kind} has no answer."),
    };

    private static Task AcknowledgeAsync(HttpResponse response, ReadOnlyMemory<byte> acknowledgement)
    {
        response.ContentLength = acknowledgement.Length;
        if (acknowledgement.IsEmpty) return Task.CompletedTask;
        response.ContentType = "text/plain";
        return response.Body.WriteAsync(acknowledgement).AsTask();
    }
}
