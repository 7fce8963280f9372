using System.Collections.Concurrent;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>How the booth treats a call.</summary>
internal enum Mood
{
    Fine,

    /// <summary>It does it and answers nothing that anybody understands.</summary>
    DoesItSilently,

    /// <summary>It does not do it and answers nothing that anybody understands.</summary>
    Mute,
    Declines,
    Refuses,
    NotReached,

    /// <summary>Takes it on; the outcome comes by webhook.</summary>
    TakesItOn,
    Throws,
}

/// <summary>
/// A made-up gateway with a memory of what it really did: an effect per idempotency key, however often it is asked. Its moods are
/// the failures that a gateway can have.
/// </summary>
internal sealed class BoothGateway(string name = "booth", params string[] accounts) : IPaymentGateway
{
    private readonly ConcurrentDictionary<string, Effect> _effects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(GatewayCallKind? Kind, string Key)> _asked = new();

    public string Name => name;
    public IReadOnlyCollection<string> Accounts { get; } = accounts.Length == 0 ? ["default"] : accounts;

    /// <summary>The mood of a call, from its kind and from how often its key was asked before.</summary>
    public Func<GatewayCallKind, int, Mood> Mood { get; set; } = (_, _) => Flows.Mood.Fine;

    /// <summary>Instead: the mood from the amount in minor units.</summary>
    public Func<long, int, Mood>? MoodOfAmount { get; set; }

    /// <summary>Awaited before the booth does anything, and before it answers.</summary>
    public Func<GatewayCallKind, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<GatewayCallKind, Task> After { get; set; } = _ => Task.CompletedTask;
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(24);
    public string Breaker { get; set; } = "closed";

    /// <summary>The gateway keeps its books but forgets its keys.</summary>
    public bool ForgetsKeys { get; set; }
    public bool LookUpFindsNothing { get; set; }

    /// <summary>What it really did, in any order.</summary>
    public IReadOnlyCollection<Effect> Effects => [.. _effects.Values];

    /// <summary>Every call, in order; null is a look-up.</summary>
    public IReadOnlyList<(GatewayCallKind? Kind, string Key)> Asked => [.. _asked];

    /// <summary>The calls themselves, in order.</summary>
    public ConcurrentQueue<PaymentCall> Calls { get; } = new();

    public TimeSpan KeyWindow(GatewayCallKind kind) => Window;
    public GatewayHealth HealthOf(string account) => new(Breaker, 0, 0);

    public Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken) =>
        DoAsync(GatewayCallKind.Create, call, call.Amount, call.Key, new(call.CaptureMethod == CaptureMethod.Automatic, call.Confirm));

    public Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken) =>
        DoAsync(GatewayCallKind.Confirm, call, call.Amount, call.Key, new(call.CaptureMethod == CaptureMethod.Automatic, true));

    public Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken) =>
        DoAsync(GatewayCallKind.Capture, call, call.Amount, call.OperationId, default);

    public Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken) =>
        DoAsync(GatewayCallKind.Cancel, call, null, call.Key, default);

    public Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken) =>
        DoAsync(GatewayCallKind.Refund, call, call.Amount, call.OperationId, default);

    public Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        _asked.Enqueue((null, call.Key));
        Calls.Enqueue(call);
        var found = !LookUpFindsNothing && _effects.TryGetValue(call.Key, out var effect) ? effect : null;
        return Task.FromResult(found is null
            ? new GatewayReply { Outcome = GatewayOutcome.Refused, Failure = new("not_found") }
            : Tell(found));
    }

    public bool MakesCustomers => true;

    public Task<GatewayReply> EnsureCustomerAsync(EnsureCustomerCall call, CancellationToken cancellationToken) =>
        Task.FromResult(new GatewayReply { Outcome = GatewayOutcome.Accepted, GatewayCustomerId = "customer_" + call.UserId });

    public Task<GatewayReply> SaveMethodAsync(SaveMethodCall call, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<GatewayReply> DetachMethodAsync(DetachMethodCall call, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<GatewayReply> ListMethodsAsync(ListMethodsCall call, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<GatewayReply> DoAsync(GatewayCallKind kind, PaymentCall call, Money? amount, string part, Wishes wishes)
    {
        var before = _tries.AddOrUpdate(call.Key, 1, (_, known) => known + 1) - 1;
        _asked.Enqueue((kind, call.Key));
        Calls.Enqueue(call);
        var mood = MoodOfAmount is { } ofAmount && amount is { } asked ? ofAmount(asked.AmountMinor, before) : Mood(kind, before);
        await Before(kind);
        if (mood == Flows.Mood.Throws) throw new InvalidOperationException("The booth burns.");
        var acts = mood is Flows.Mood.Fine or Flows.Mood.DoesItSilently or Flows.Mood.TakesItOn;
        if (acts) Do(new Effect(kind, call.Account, call.PaymentId, call.Key, part, amount, wishes));
        await After(kind);
        return mood switch
        {
            Flows.Mood.Fine => Tell(_effects[call.Key]),
            Flows.Mood.TakesItOn => new GatewayReply { Outcome = GatewayOutcome.Accepted, GatewayReference = part },
            Flows.Mood.Declines => Declined(call),
            Flows.Mood.Refuses => new GatewayReply { Outcome = GatewayOutcome.Refused, Failure = new("invalid_request", Message: "No.") },
            Flows.Mood.NotReached => new GatewayReply { Outcome = GatewayOutcome.NotDone, Failure = new("unreachable") },
            _ => new GatewayReply { Outcome = GatewayOutcome.Unknown, Failure = new("timeout") },
        };
    }

    private void Do(Effect effect)
    {
        if (ForgetsKeys && _effects.ContainsKey(effect.Key))
            _effects[effect.Key + "-again-" + _effects.Count] = effect;
        else _effects.TryAdd(effect.Key, effect);
    }

    private GatewayReply Tell(Effect effect) => new()
    {
        Outcome = GatewayOutcome.Accepted,
        Facts = [Fact(effect)],
        GatewayPaymentId = "booth_" + effect.PaymentId,
        GatewayReference = effect.Part,
        ClientSecret = effect.Kind == GatewayCallKind.Create ? "secret_of_" + effect.PaymentId : null,
        NextAction = effect is { Kind: GatewayCallKind.Create, Wishes.Confirm: false }
            ? new NextAction("use_client_library", null, """{"hint":"pay"}""")
            : null,
    };

    public Fact Fact(Effect effect)
    {
        var kind = KindOf(effect);
        return new Fact
        {
            Gateway = name,
            Account = effect.Account,
            Kind = kind,
            Key = FactKey.Of(kind, effect.Part),
            Reference = "booth_" + effect.PaymentId,
            Aliases = ["booth_" + effect.PaymentId, effect.PaymentId],
            FoundsPayment = effect.Kind is GatewayCallKind.Create or GatewayCallKind.Confirm,
            OccurredAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
            PartId = kind is FactKind.Authorized or FactKind.RequiresPaymentMethod ? null : effect.Part,
            Amount = kind == FactKind.RequiresPaymentMethod ? null : effect.Amount,
            PaymentAmount = effect.Kind is GatewayCallKind.Create or GatewayCallKind.Confirm ? effect.Amount : null,
        };
    }

    private static FactKind KindOf(Effect effect) => effect.Kind switch
    {
        GatewayCallKind.Create when !effect.Wishes.Confirm => FactKind.RequiresPaymentMethod,
        GatewayCallKind.Create or GatewayCallKind.Confirm => effect.Wishes.Captures ? FactKind.Captured : FactKind.Authorized,
        GatewayCallKind.Capture => FactKind.Captured,
        GatewayCallKind.Cancel => FactKind.Voided,
        GatewayCallKind.Refund => FactKind.RefundSucceeded,
        _ => throw new NotSupportedException(effect.Kind.ToString()),
    };

    private GatewayReply Declined(PaymentCall call) => new()
    {
        Outcome = GatewayOutcome.Declined,
        GatewayPaymentId = "booth_" + call.PaymentId,
        Failure = new("insufficient_funds", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        Facts =
        [
            new Fact
            {
                Gateway = name,
                Account = call.Account,
                Kind = FactKind.AttemptFailed,
                Key = FactKey.Of(FactKind.AttemptFailed, call.Key),
                Reference = "booth_" + call.PaymentId,
                Aliases = ["booth_" + call.PaymentId, call.PaymentId],
                FoundsPayment = true,
                PartId = call.Key,
                OccurredAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
                Details = FactDetails.None with { FailureCode = "card_declined", DeclineCode = "insufficient_funds" },
            },
        ],
    };
}

internal readonly record struct Wishes(bool Captures, bool Confirm);

/// <summary>What the booth did.</summary>
internal sealed record Effect(
    GatewayCallKind Kind, string Account, string PaymentId, string Key, string Part, Money? Amount, Wishes Wishes);
