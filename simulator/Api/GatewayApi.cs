using System.Globalization;

namespace PaymentPipeline.Simulator.Api;

/// <summary>A token or card that a payment can be tried with, and what comes of it.</summary>
/// <param name="Outcome">"succeeds", "declined", "requires_action", "refund_pending", "refund_fails", "disputed".</param>
internal sealed record TestToken(string Token, string Outcome, string? Detail = null);

/// <summary>
/// A gateway's HTTP API. Each request goes this way:
/// 1. credentials;
/// 2. knobs that strike before anything happens;
/// 3. the idempotency key: a replay, a conflict, or a claim;
/// 4. the handler, under the floor's lock, which does the effect, enters it in the truth and tells webhooks;
/// 5. the key's first answer is kept;
/// 6. webhooks, before the reply or after it;
/// 7. knobs that strike after the effect; the reply.
/// </summary>
internal abstract class GatewayApi(ApiFloor floor)
{
    private const int BodyBytesMax = 1024 * 1024;

    public ApiFloor Floor { get; } = floor;
    public abstract string Name { get; }

    /// <summary>What to pay with in a test.</summary>
    public abstract IReadOnlyList<TestToken> TestTokens { get; }
    protected IdempotencyMemory Keys { get; } = new();
    protected Faults Faults => Floor.Faults[Name];

    public abstract void Map(WebApplication app);

    /// <summary>The refusal of missing or wrong credentials; null when they are right.</summary>
    protected abstract ApiAnswer? RefuseCredentials(ApiRequest request);

    /// <summary>The key that the gateway heeds for this request.</summary>
    protected abstract string? KeyOf(ApiRequest request);
    protected abstract ApiAnswer KeyInFlight(ApiRequest request);

    /// <summary>Null: the gateway does not notice, and answers as the first time.</summary>
    protected abstract ApiAnswer? OtherBody(ApiRequest request);
    protected abstract ApiAnswer RateLimited(ApiRequest request);
    protected abstract ApiAnswer ServerError(ApiRequest request);

    /// <summary>Whether a 500 after the effect is what the key stands for from then on (Stripe).</summary>
    protected virtual bool KeepsServerErrors => false;

    protected virtual ApiAnswer Replay(ApiAnswer first) => first.Latest is { } latest ? latest() : first;

    /// <summary>Headers of every answer.</summary>
    protected virtual ApiAnswer Sign(ApiRequest request, ApiAnswer answer) => answer;

    protected void On(WebApplication app, string method, string pattern, string operation, Func<ApiRequest, ApiAnswer> handle) =>
        app.MapMethods(pattern, [method], context => AnswerAsync(context, operation, handle));

    private async Task AnswerAsync(HttpContext context, string operation, Func<ApiRequest, ApiAnswer> handle)
    {
        var body = await ReadAsync(context.Request);
        var request = new ApiRequest(context, operation, body, Floor.Time.GetUtcNow());
        request.Key = KeyOf(request);

        // 1. and 2.
        if ((RefuseCredentials(request) ?? RefuseByKnob(request)) is { } refusal)
        {
            await WriteAsync(context, Sign(request, refusal));
            return;
        }
        if (Faults.Strikes(Faults.Knobs.Timeout, request))
        {
            await CutAsync(context);
            return;
        }

        var answer = Sign(request, await HandleAsync(request, handle));
        await ReplyAsync(context, request, answer);
    }

    private ApiAnswer? RefuseByKnob(ApiRequest request)
    {
        var knobs = Faults.Knobs;
        if (Faults.Strikes(knobs.RateLimited, request))
            return RateLimited(request).With("Retry-After", knobs.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture));
        if (Faults.Strikes(knobs.ServerError, request)) return ServerError(request);
        if (Faults.Strikes(knobs.Redirect, request))
            return new ApiAnswer(307, "").With("Location", new Uri(Floor.Self, "/simulator/elsewhere").ToString());
        return Faults.Strikes(knobs.KeyInFlight, request) ? KeyInFlight(request) : null;
    }

    private async Task<ApiAnswer> HandleAsync(ApiRequest request, Func<ApiRequest, ApiAnswer> handle)
    {
        // 3.
        if (request.Key is { } key)
        {
            if (Faults.Strikes(Faults.Knobs.ForgetKeys, request)) Keys.Forget(key);
            var claim = Keys.Begin(key, request);
            switch (claim.State)
            {
                case KeyState.InFlight: return KeyInFlight(request);
                case KeyState.OtherBody when OtherBody(request) is { } refusal: return refusal;
                case KeyState.OtherBody when claim.Answer is null: return KeyInFlight(request);
                case KeyState.OtherBody or KeyState.Replayed:
                    lock (Floor.Lock) return Replay(claim.Answer!);
            }
        }

        try
        {
            // 4. and 5. The caller may have left meanwhile; the effect comes all the same.
            if (Faults.Knobs.LatencyMs is > 0 and var pause) await Task.Delay(TimeSpan.FromMilliseconds(pause), Floor.Time);
            return Do(request, handle);
        }
        catch
        {
            if (request.Key is { } claimed) Keys.Release(claimed);
            throw;
        }
    }

    private ApiAnswer Do(ApiRequest request, Func<ApiRequest, ApiAnswer> handle)
    {
        ApiAnswer answer;
        lock (Floor.Lock)
        {
            answer = handle(request);
            Floor.Truth.WriteSettled();
        }

        var failed = Faults.Strikes(Faults.Knobs.EffectThenServerError, request) ? ServerError(request) : null;
        if (request.Key is { } key)
        {
            if (answer.IsRemembered) Keys.Finish(key, failed is not null && KeepsServerErrors ? failed : answer);
            else Keys.Release(key);
        }
        return failed ?? answer;
    }

    private async Task ReplyAsync(HttpContext context, ApiRequest request, ApiAnswer answer)
    {
        // 6.
        var knobs = Faults.Knobs;
        var isFirst = request.Tellings.Count > 0 && Faults.Strikes(knobs.WebhookBeforeReply, request);
        if (isFirst) await Floor.Webhooks.SendFirstAsync(request.Tellings);
        try
        {
            // 7.
            if (Faults.Strikes(knobs.EffectThenTimeout, request)) await CutAsync(context);
            else if (Faults.Strikes(knobs.HugeBody, request)) await BrokenAnswers.WriteHugeAsync(context);
            else await WriteAsync(context, Break(request, answer));
        }
        finally
        {
            if (!isFirst) Floor.Webhooks.Send(request.Tellings);
        }
    }

    private ApiAnswer Break(ApiRequest request, ApiAnswer answer)
    {
        var knobs = Faults.Knobs;
        if (Faults.Strikes(knobs.Html200, request)) return BrokenAnswers.Html();
        if (Faults.Strikes(knobs.Truncated, request)) return BrokenAnswers.Truncate(answer);
        return Faults.Strikes(knobs.WrongAmount, request) ? BrokenAnswers.ChangeAmounts(answer) : answer;
    }

    private async Task CutAsync(HttpContext context)
    {
        if (Faults.Knobs.SilenceMs is > 0 and var silence)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(silence), Floor.Time, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                // The caller hung up first.
            }
        }
        context.Abort();
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.Length <= BodyBytesMax ? body.ToArray() : throw new BadHttpRequestException("The body is too long.", 413);
    }

    private static async Task WriteAsync(HttpContext context, ApiAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        if (answer.Body.Length == 0) return;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body);
    }
}
