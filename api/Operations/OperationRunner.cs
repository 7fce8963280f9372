using System.Text.Json;
using PaymentPipeline.Api.PaymentMethods;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// The one way from a begun operation to a settled one, for the request that began it and for the completer alike:
/// <list type="number">
/// <item>Ask the gateway, with no transaction open. An operation that was begun before is asked again under the same key, or looked
/// up: <see cref="TryAgain"/>. A new payment that certainly reached no gateway goes to the next candidate.</item>
/// <item>Judge the answer: <see cref="GatewayAnswers"/>.</item>
/// <item>Settle: facts, state and answer in one transaction. While the database is away the same settlement is tried again; what
/// that cannot reach is finished by whoever takes the operation over.</item>
/// </list>
/// Nothing here is cancelled because a caller left: the operation is ours by now.
/// </summary>
internal sealed class OperationRunner(
    OperationStore store, MethodStore methods, GatewayCustomers customers, PaymentQueries payments, PaymentGatewayRegistry gateways,
    TimeProvider time, OperationMetrics metrics, ILogger<OperationRunner> logger)
{
    /// <summary>Longer than any client of a gateway takes for all of its tries; a call beyond it has an unknown outcome.</summary>
    private static readonly TimeSpan callAtMost = TimeSpan.FromSeconds(40);

    /// <summary>How long a settlement is tried before it is left to whoever takes the operation over.</summary>
    private static readonly TimeSpan settleAtMost = TimeSpan.FromSeconds(60);

    /// <exception cref="LeaseLostException">Somebody else has the operation by now.</exception>
    public async Task<SettledOperation> FinishAsync(OperationBegin.Begun begun)
    {
        var current = begun;
        var turn = await AskAsync(current);
        while (turn.State == ApiOperationState.Failed && NextCandidate(current, turn.Reply) is { } candidate)
        {
            metrics.FailedOver(current.Operation.Gateway, candidate.Gateway);
            current = await store.MoveAsync(current, candidate.Gateway, candidate.Account, CancellationToken.None);
            turn = await AskAsync(current);
        }
        return await SettleAsync(current, turn);
    }

    /// <summary>Takes an operation of unknown outcome over and pursues it once. Null when somebody else has it.</summary>
    public async Task<SettledOperation?> ResolveAsync(Guid operationId)
    {
        var taken = await store.TakeOverAsync(1, operationId, CancellationToken.None);
        return taken is [var begun] ? await FinishAsync(begun) : null;
    }

    private async Task<GatewayTurn> AskAsync(OperationBegin.Begun begun)
    {
        var operation = begun.Operation;
        if (GatewayTurn.KnownAlready(operation) is { } known) return known;
        var asked = time.GetTimestamp();
        var turn = gateways.Find(operation.Gateway) is { } gateway
            ? begun.IsResumed ? await ResumeAsync(gateway, begun) : await FirstTryAsync(gateway, begun)
            : GatewayTurn.NotConfigured(begun.IsResumed);
        metrics.Asked(operation, turn, time.GetElapsedTime(asked));
        if (turn.Reply.Failure?.Code == FailureCodes.Unauthorized) Log.CredentialsRefused(logger, operation.Gateway, operation.Account);
        return turn;
    }

    private async Task<GatewayTurn> FirstTryAsync(IPaymentGateway gateway, OperationBegin.Begun begun)
    {
        var reply = await CallAsync(gateway, begun, SendAsync);
        return new(GatewayAnswers.StateOf(begun.Operation.Kind, reply, isFirstTry: true), reply);
    }

    /// <summary>The customer is written down first: a webhook that overtakes the reply names a stored method's owner by it only.</summary>
    private async Task<GatewayReply> SendAsync(
        IPaymentGateway gateway, ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases,
        CancellationToken cancellationToken)
    {
        if (!gateway.MakesCustomers || GatewayCalling.CustomerFor(operation, snapshot.Payment) is not { } user)
            return await GatewayCalling.SendAsync(gateway, operation, snapshot, aliases, customer: null, cancellationToken);

        // Nothing was asked for yet: without a customer nothing is. The next try finds the same one.
        var made = await customers.EnsureAsync(gateway, operation.Account, user.UserId, user.Payer, cancellationToken);
        return made.Outcome == GatewayOutcome.Accepted
            ? await GatewayCalling.SendAsync(gateway, operation, snapshot, aliases, made.GatewayCustomerId, cancellationToken)
            : made;
    }

    private async Task<GatewayTurn> ResumeAsync(IPaymentGateway gateway, OperationBegin.Begun begun)
    {
        var operation = begun.Operation;
        var age = time.GetUtcNow() - operation.StartedAt;
        var keyWindow = gateway.KeyWindow(TryAgain.CallKindOf(operation.Kind));
        var noTraceIsDefinite = TryAgain.NoTraceIsDefinite(age, keyWindow);
        if (operation.State == ApiOperationState.Accepted) return await AskAfterAsync(gateway, begun);
        if (TryAgain.StepAt(age, keyWindow, operation.Tries) == NextStep.Send)
        {
            var again = await CallAsync(gateway, begun, SendAsync);
            var state = GatewayAnswers.StateOf(operation.Kind, again, isFirstTry: false);
            if (again.Outcome != GatewayOutcome.Refused) return new(state, again);

            // Refused, perhaps because an earlier try did it. The gateway has answered for the key: no trace is definite now.
            var trace = await CallAsync(gateway, begun, GatewayCalling.LookUpAsync);
            state = GatewayAnswers.StateOfLookUp(operation.Kind, trace, noTraceIsDefinite: true);
            return new(state, trace.Outcome == GatewayOutcome.Refused ? again : trace);
        }
        var found = await CallAsync(gateway, begun, GatewayCalling.LookUpAsync);
        return new(GatewayAnswers.StateOfLookUp(operation.Kind, found, noTraceIsDefinite), found)
        {
            NeverHappened = noTraceIsDefinite && found.Outcome == GatewayOutcome.Refused,
        };
    }

    /// <summary>The gateway took it on and no webhook told the outcome: it is read back, and never sent again.</summary>
    private async Task<GatewayTurn> AskAfterAsync(IPaymentGateway gateway, OperationBegin.Begun begun)
    {
        var found = await CallAsync(gateway, begun, GatewayCalling.LookUpAsync);
        var state = GatewayAnswers.StateOfLookUp(begun.Operation.Kind, found, noTraceIsDefinite: false);
        return new(state == ApiOperationState.Unknown ? ApiOperationState.Accepted : state, found);
    }

    private async Task<GatewayReply> CallAsync(
        IPaymentGateway gateway, OperationBegin.Begun begun,
        Func<IPaymentGateway, ApiOperation, PaymentSnapshot, IReadOnlyList<string>, CancellationToken, Task<GatewayReply>> call)
    {
        using var limit = new CancellationTokenSource(callAtMost, time);
        try
        {
            var aliases = gateway.WantsAliases ? await AliasesAsync(begun, limit.Token) : [];
            return await call(gateway, begun.Operation, begun.Snapshot, aliases, limit.Token).WaitAsync(limit.Token);
        }
        // A client must not throw for what a gateway does. Where one does all the same, nobody knows what happened.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.GatewayCallFailed(logger, exception, begun.Operation.Gateway, begun.Operation.Kind);
            var code = limit.IsCancellationRequested ? FailureCodes.Timeout : FailureCodes.GatewayError;
            return new GatewayReply { Outcome = GatewayOutcome.Unknown, Failure = new(code) };
        }
    }

    /// <summary>A payment that no gateway was asked for yet has no name but ours.</summary>
    private async Task<IReadOnlyList<string>> AliasesAsync(OperationBegin.Begun begun, CancellationToken cancellationToken) =>
        begun is { IsResumed: false, Operation.Kind: ApiOperationKind.Create }
            ? []
            : await payments.AliasesAsync(begun.Operation.PaymentId, cancellationToken);

    /// <summary>Only where certainly nothing happened, nobody tried before, and the way to pay is not bound to the gateway.</summary>
    private static Candidate? NextCandidate(OperationBegin.Begun begun, GatewayReply reply)
    {
        if (reply.Outcome != GatewayOutcome.NotDone || begun.IsResumed || begun.Operation.Kind != ApiOperationKind.Create) return null;
        var stored = JsonSerializer.Deserialize(begun.Operation.Request, StoredJson.Default.StoredCreate)!;
        var here = new Candidate(begun.Operation.Gateway, begun.Operation.Account);
        return stored.Method is null ? stored.Candidates.SkipWhile(candidate => candidate != here).Skip(1).FirstOrDefault() : null;
    }

    private async Task<SettledOperation> SettleAsync(OperationBegin.Begun begun, GatewayTurn turn)
    {
        var settlement = Settlement(begun, turn);
        var started = time.GetTimestamp();
        for (var tried = 1; ; tried++)
        {
            try
            {
                await KeepCustomerAsync(begun, turn.Reply);
                var settled = await store.SettleAsync(settlement, CancellationToken.None);
                metrics.Settled(settled.Operation);
                return settled;
            }
            catch (Exception exception) when (
                DatabaseErrors.Classify(exception) == DatabaseErrorKind.Unavailable && time.GetElapsedTime(started) < settleAtMost)
            {
                Log.SettlementDelayed(logger, begun.Operation.Id, DatabaseErrors.Describe(exception), tried);
                var pause = TimeSpan.FromMilliseconds(Math.Min(2_000, 50 << Math.Min(tried, 6)) * (0.5 + Random.Shared.NextDouble() / 2));
                await Task.Delay(pause, time);
            }
        }
    }

    private async Task KeepCustomerAsync(OperationBegin.Begun begun, GatewayReply reply)
    {
        // Only a way to pay brings a customer; captures, cancels and refunds name the one that is known.
        if (begun.Operation.Kind is not (ApiOperationKind.Create or ApiOperationKind.Confirm)) return;
        var payment = begun.Snapshot.Payment;
        if (reply.GatewayCustomerId is { } customer && payment.UserId is { } user)
            await methods.KeepCustomerAsync(user, payment.Gateway, payment.Account, customer, CancellationToken.None);
    }

    private OperationSettlement Settlement(OperationBegin.Begun begun, GatewayTurn turn)
    {
        var (operation, reply, now) = (begun.Operation, turn.Reply, time.GetUtcNow());
        var isUnknown = turn.State == ApiOperationState.Unknown;
        return new OperationSettlement
        {
            OperationId = operation.Id,
            LeaseEpoch = operation.LeaseEpoch,
            State = turn.State,
            Facts = turn.State == ApiOperationState.Failed && operation.Kind == ApiOperationKind.Create
                ? NeverMade.Told(operation, reply, now)
                : reply.Facts,
            GatewayPaymentId = reply.GatewayPaymentId,
            GatewayReference = reply.GatewayReference,
            NextAction = isUnknown ? begun.Snapshot.Details.NextAction : NextActionResource.Write(reply.NextAction),
            FailureCode = reply.Failure?.Code,
            FailureMessage = reply.Failure?.Message,
            NextTryAt = turn.State switch
            {
                ApiOperationState.Unknown => now + NextPause(operation, reply),
                ApiOperationState.Accepted => now + TryAgain.WebhookPatience,
                _ => null,
            },
            GivesKeyBack = turn.NothingHappened,
            Respond = (snapshot, settled) => OperationAnswers.Definite(turn, snapshot, settled with { Request = operation.Request }),
        };
    }

    private static TimeSpan NextPause(ApiOperation operation, GatewayReply reply)
    {
        var pause = TryAgain.PauseAfter(operation.Tries);
        return reply.RetryAfter > pause ? reply.RetryAfter.Value : pause * (0.9 + Random.Shared.NextDouble() / 5);
    }
}

/// <summary>What came of asking a gateway.</summary>
internal sealed record GatewayTurn(ApiOperationState State, GatewayReply Reply)
{
    /// <summary>It was looked for where it would have to be, and is not there.</summary>
    public bool NeverHappened { get; init; }

    /// <summary>The caller may try again as if it had never asked.</summary>
    public bool NothingHappened => State == ApiOperationState.Failed && (NeverHappened || Reply.Outcome == GatewayOutcome.NotDone);

    /// <summary>
    /// Null while the outcome is open. A webhook may have told it to the books when the request that asked was dead already: then only
    /// the answer is missing.
    /// </summary>
    public static GatewayTurn? KnownAlready(ApiOperation operation) => operation.State switch
    {
        ApiOperationState.Succeeded => new(operation.State, new GatewayReply { Outcome = GatewayOutcome.Accepted }),
        ApiOperationState.Failed => new(operation.State, new GatewayReply
        {
            Outcome = GatewayOutcome.Declined,
            Failure = new(operation.FailureCode ?? FailureCodes.GatewayError, Message: operation.FailureMessage),
        }),
        _ => null,
    };

    /// <summary>The operation's gateway has no credentials in this process (any more).</summary>
    public static GatewayTurn NotConfigured(bool isResumed) => new(
        isResumed ? ApiOperationState.Unknown : ApiOperationState.Failed,
        new GatewayReply { Outcome = GatewayOutcome.NotDone, Failure = new(FailureCodes.Unreachable) });
}
