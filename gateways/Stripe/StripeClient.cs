using System.Collections.Frozen;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// Stripe as something that can be asked to move money. What Stripe answers is read by the readers of its webhooks, so that a reply and
/// a webhook tell the same facts.
/// </summary>
internal sealed class StripeClient : IPaymentGateway
{
    /// <summary>Stripe keeps a key for at least a day; an hour less allows for clocks and for calls under way.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(23);

    private readonly FrozenDictionary<string, StripeApi> _accounts;
    private readonly TimeProvider _time;

    private StripeClient(Dictionary<string, StripeApi> accounts, TimeProvider time)
    {
        _accounts = accounts.ToFrozenDictionary(StringComparer.Ordinal);
        _time = time;
    }

    public string Name => StripeGateway.GatewayName;
    public IReadOnlyCollection<string> Accounts => _accounts.Keys;

    /// <summary>Made by the registration, with the accounts that have a key; see <see cref="StripeOptions"/>.</summary>
    public static IPaymentGateway Create(GatewaySetup setup)
    {
        var accounts = new Dictionary<string, StripeApi>();
        foreach (var (name, section) in setup.ReadAccounts())
        {
            var options = setup.Bind<StripeOptions>(section);
            if (options.ApiKey is not { Length: > 0 } key) continue;
            if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
                setup.Problem(section.GetSection(nameof(StripeOptions.ApiKey)), "is no API key: it holds spaces or odd characters");
            var http = GatewayHttp.Create(setup, StripeGateway.GatewayName, section, options.BaseUrl);
            accounts[name] = new StripeApi(name, options, http, setup.Time);
        }

        return new StripeClient(accounts, setup.Time);
    }

    /// <summary>The intent's id names all of its money.</summary>
    public bool WantsAliases => false;
    public bool MakesCustomers => true;

    public TimeSpan KeyWindow(GatewayCallKind kind) => KeptFor;

    public GatewayHealth HealthOf(string account) => _accounts[account].Health;

    public Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripePaymentCalls.CreateAsync(api, call, cancellationToken));

    public Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripePaymentCalls.ConfirmAsync(api, call, cancellationToken));

    public Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripePaymentCalls.CaptureAsync(api, call, cancellationToken));

    public Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripePaymentCalls.CancelAsync(api, call, cancellationToken));

    public Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripePaymentCalls.RefundAsync(api, call, cancellationToken));

    public async Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(call.Account, api => StripeLookUps.FindAsync(api, call, _time.GetUtcNow(), cancellationToken));
        // An account that cannot be asked any more says nothing of what was done there.
        return reply.Outcome == GatewayOutcome.NotDone ? reply with { Outcome = GatewayOutcome.Unknown } : reply;
    }

    public Task<GatewayReply> EnsureCustomerAsync(EnsureCustomerCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripeMethodCalls.EnsureCustomerAsync(api, call, cancellationToken));

    public Task<GatewayReply> SaveMethodAsync(SaveMethodCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripeMethodCalls.SaveAsync(api, call, cancellationToken));

    public Task<GatewayReply> DetachMethodAsync(DetachMethodCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripeMethodCalls.DetachAsync(api, call, cancellationToken));

    public Task<GatewayReply> ListMethodsAsync(ListMethodsCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripeMethodCalls.ListAsync(api, call, cancellationToken));

    public Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, api => StripeMethodCalls.ReadDisputeAsync(api, call, cancellationToken));

    /// <summary>What cannot be read was answered all the same: it may have happened.</summary>
    private async Task<GatewayReply> AskAsync(string account, Func<StripeApi, Task<GatewayReply>> ask)
    {
        if (!_accounts.TryGetValue(account, out var api))
        {
            return new GatewayReply
            {
                Outcome = GatewayOutcome.NotDone,
                Failure = new GatewayFailure("unauthorized", Message: "The account has no key for Stripe's API."),
            };
        }

        try
        {
            return await ask(api);
        }
        catch (UnreadableWebhookException problem)
        {
            return StripeErrors.Unknown("unreadable_reply", problem.Message);
        }
    }
}
