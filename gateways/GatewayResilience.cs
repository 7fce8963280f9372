using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace PaymentPipeline.Gateways;

/// <summary>A call's tries: what they do, and what is known of them so far.</summary>
internal sealed class GatewayTries(string kind, Func<HttpRequestMessage> make, GatewayRetry retry)
{
    public string Kind => kind;
    public Func<HttpRequestMessage> Make => make;
    public bool MayRepeat => retry == GatewayRetry.Repeatable;

    /// <summary>True once any try may have had its effect: a later one that certainly had none does not change that.</summary>
    public bool MayHaveHappened { get; set; }

    /// <summary>Of the newest try that had one.</summary>
    public GatewayHttpReply? LastReply { get; set; }
}

/// <summary>
/// One account's tries at its gateway, from the outside in: the time of the call, the retries, the breaker, the time of a try.
/// </summary>
internal sealed class GatewayResilience
{
    private static readonly ResiliencePropertyKey<GatewayTries> TriesKey = new("tries");

    private readonly string _gateway;
    private readonly TimeSpan _retryAfterMax;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly RecentShare _failures;
    private readonly ResiliencePipeline<GatewayHttpReply> _pipeline;

    public GatewayResilience(string gateway, GatewayHttpOptions options, TimeProvider time)
    {
        _gateway = gateway;
        _retryAfterMax = TimeSpan.FromMilliseconds(options.RetryAfterMaxMs);
        _failures = new RecentShare(TimeSpan.FromSeconds(options.BreakerSamplingSeconds), time);
        _pipeline = new ResiliencePipelineBuilder<GatewayHttpReply> { TimeProvider = time }
            .AddTimeout(TimeSpan.FromMilliseconds(options.CallTimeoutMs))
            .AddRetry(RetryOf(options))
            .AddCircuitBreaker(BreakerOf(options))
            .AddTimeout(TimeSpan.FromMilliseconds(options.TryTimeoutMs))
            .Build();
    }

    public GatewayHealth Health(int callsInFlight) => new(
        _breaker.CircuitState switch { CircuitState.Closed => "closed", CircuitState.HalfOpen => "half_open", _ => "open" },
        _failures.Value, callsInFlight);

    public async Task<GatewayHttpReply> ExecuteAsync(
        GatewayTries tries, Func<GatewayTries, CancellationToken, ValueTask<GatewayHttpReply>> attempt, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(TriesKey, tries);
        try
        {
            var reply = await _pipeline.ExecuteAsync((within, state) => NoteAsync(state.tries, state.attempt, within.CancellationToken),
                context, (tries, attempt));
            return reply with { MayHaveHappened = tries.MayHaveHappened };
        }
        catch (BrokenCircuitException)
        {
            // Where the breaker ended the tries, what the last of them said is worth more than that.
            var reply = tries.LastReply
                ?? GatewayHttpReply.NotSent("breaker_open", "The gateway failed too often just now; it is not asked for a while.");
            return reply with { MayHaveHappened = tries.MayHaveHappened };
        }
        catch (Exception problem) when (problem is TimeoutRejectedException or OperationCanceledException)
        {
            var why = cancellationToken.IsCancellationRequested ? "The caller did not wait for it." : "The gateway did not answer in time.";
            return GatewayHttpReply.NotSent("timeout", why) with { MayHaveHappened = tries.MayHaveHappened };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static async ValueTask<GatewayHttpReply> NoteAsync(
        GatewayTries tries, Func<GatewayTries, CancellationToken, ValueTask<GatewayHttpReply>> attempt, CancellationToken cancellationToken)
    {
        var reply = await attempt(tries, cancellationToken);
        tries.LastReply = reply;
        tries.MayHaveHappened |= reply.MayHaveHappened;
        return reply;
    }

    private RetryStrategyOptions<GatewayHttpReply> RetryOf(GatewayHttpOptions options) => new()
    {
        MaxRetryAttempts = options.TriesMax - 1,
        Delay = TimeSpan.FromMilliseconds(options.RetryDelayMs),
        MaxDelay = TimeSpan.FromMilliseconds(options.TryTimeoutMs),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Context.Properties.TryGetValue(TriesKey, out var tries) && tries.MayRepeat && MayEndBetter(arguments.Outcome)),
        DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
        OnRetry = arguments =>
        {
            if (arguments.Context.Properties.TryGetValue(TriesKey, out var tries)) GatewaysMetrics.TriedAgain(_gateway, tries.Kind);
            return default;
        },
    };

    private bool MayEndBetter(Outcome<GatewayHttpReply> outcome) => outcome switch
    {
        { Exception: TimeoutRejectedException } => true,
        { Result: { IsTransient: true } reply } => reply.RetryAfter is not { } wait || wait <= _retryAfterMax,
        _ => false,
    };

    private CircuitBreakerStrategyOptions<GatewayHttpReply> BreakerOf(GatewayHttpOptions options) => new()
    {
        FailureRatio = options.BreakerFailurePercent / 100.0,
        MinimumThroughput = options.BreakerTriesMin,
        SamplingDuration = TimeSpan.FromSeconds(options.BreakerSamplingSeconds),
        BreakDuration = TimeSpan.FromSeconds(options.BreakerOpenSeconds),
        StateProvider = _breaker,
        ShouldHandle = arguments => ValueTask.FromResult(_failures.Note(IsSick(arguments.Outcome))),
        OnOpened = _ => CountBreaker("open"),
        OnClosed = _ => CountBreaker("closed"),
        OnHalfOpened = _ => CountBreaker("half_open"),
    };

    /// <summary>A limit that was reached says nothing of the gateway's health; a call that was given up says nothing good.</summary>
    private static bool IsSick(Outcome<GatewayHttpReply> outcome) => outcome switch
    {
        { Exception: TimeoutRejectedException or OperationCanceledException } => true,
        { Result.Failure.Code: not "rate_limited" } => true,
        _ => false,
    };

    private ValueTask CountBreaker(string state)
    {
        GatewaysMetrics.BreakerTurned(_gateway, state);
        return default;
    }
}
