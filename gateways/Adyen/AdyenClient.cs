using System.Collections.Frozen;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Adyen's Checkout API. Three things are Adyen's own way:
/// <list type="bullet">
/// <item>Captures, cancels and refunds are taken on and decided later: the webhook tells the outcome.</item>
/// <item>A payment cannot be asked for. An unknown outcome is resolved by the same call under the same key, or by the webhook.</item>
/// <item>Where the payer chooses the way to pay there is a session, and no payment until an attempt in it.</item>
/// </list>
/// </summary>
internal sealed class AdyenClient(FrozenDictionary<string, AdyenApiAccount> accounts, TimeProvider time) : IPaymentGateway
{
    // Adyen keeps a key "at least 7 days"; a retry at the very end of them might come too late.
    private static readonly TimeSpan KeysAreKept = TimeSpan.FromDays(7) - TimeSpan.FromHours(1);

    public string Name => "adyen";
    public IReadOnlyCollection<string> Accounts => accounts.Keys;

    public static AdyenClient Create(GatewaySetup setup)
    {
        var accounts = new Dictionary<string, AdyenApiAccount>(StringComparer.Ordinal);
        foreach (var (name, section) in setup.ReadAccounts())
            if (AdyenApiAccount.Read(setup, name, section) is { } account)
                accounts[name] = account;
        return new AdyenClient(accounts.ToFrozenDictionary(StringComparer.Ordinal), setup.Time);
    }

    public TimeSpan KeyWindow(GatewayCallKind kind) => KeysAreKept;

    public GatewayHealth HealthOf(string account) => AccountOf(account).Health;

    public Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        if (AdyenPayments.ProblemOf(call, call.ReturnUrl ?? account.ReturnUrl) is { } problem)
            return Done(AdyenErrors.Refuse("invalid_request", problem));
        if (call.Token is null)
            return BeginSessionAsync(account, call, cancellationToken);

        // Adyen has no payment that waits to be confirmed: it is made when it is.
        return call.Confirm
            ? PayAsync(account, call, "create", cancellationToken)
            : Done(new GatewayReply
            {
                Outcome = GatewayOutcome.Accepted,
                Facts = [AdyenSessions.Waiting(call, FactKind.RequiresConfirmation, time.GetUtcNow())],
            });
    }

    public async Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        if (call.ActionResult.Count > 0)
            return await ConfirmDetailsAsync(account, call, cancellationToken);
        if (call.Token is null)
            return AdyenErrors.Refuse("invalid_request", "A token, or what the payer brought back from the action, is missing.");
        if (AdyenPsp.Of(call) is not null)
            return AdyenErrors.Refuse("invalid_state", "An attempt to pay is under way; another beside it could take the money twice.");

        var create = AdyenPayments.Of(call);
        if (AdyenPayments.ProblemOf(create, call.ReturnUrl ?? account.ReturnUrl) is { } problem)
            return AdyenErrors.Refuse("invalid_request", problem);
        var reply = await PayAsync(account, create, "confirm", cancellationToken);

        // A declined attempt is not the payment: the next may have another token. Its id is an alias by its fact.
        return reply.Outcome == GatewayOutcome.Declined ? reply with { GatewayPaymentId = null } : reply;
    }

    public Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken) =>
        ModifyAsync("capture", "captures", call, AdyenPsp.Of(call, call.Aliases), call.OperationId, call.Amount, cancellationToken);

    public Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken) =>
        ModifyAsync(
            "cancel", "cancels", call, AdyenPsp.Of(call, call.Aliases), AdyenReference.OfKey(call.Key), amount: null, cancellationToken);

    public Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken) =>
        ModifyAsync("refund", "refunds", call, AdyenPsp.Of(call, call.Aliases), call.OperationId, call.Amount, cancellationToken);

    public Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken) =>
        Done(AdyenErrors.Unknown("gateway_error", "Adyen cannot be asked what became of a call; its webhook tells."));

    public Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken) =>
        Done(AdyenErrors.Unknown("gateway_error", "Adyen's Checkout cannot be asked about a dispute; its webhooks tell."));

    public async Task<GatewayReply> SaveMethodAsync(SaveMethodCall call, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        if (AdyenPayments.ProblemOfUser(call.UserId) is { } problem)
            return AdyenErrors.Refuse("invalid_request", problem);
        if (call.Token is null)
            return await BeginSetUpAsync(account, call, cancellationToken);
        if (!AdyenToken.IsObject(call.Token))
            return AdyenErrors.Refuse("invalid_request", "token is not what Adyen's client-side library makes (a JSON object).");
        if (AdyenToken.Read(call.Token, out problem) is not { } method)
            return AdyenErrors.Refuse("invalid_request", problem);
        var body = AdyenStoredMethods.Body(call, account, method);
        var http = await account.PostAsync(
            "save_method", "/storedPaymentMethods", body, AdyenJson.Default.AdyenStoreBody, call.Key, cancellationToken);
        return AdyenErrors.Read(http, root => AdyenStoredMethods.ReadStored(root, call.Account, call.UserId, account.TimeOf(http)));
    }

    public async Task<GatewayReply> DetachMethodAsync(DetachMethodCall call, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        var path = $"/storedPaymentMethods/{Uri.EscapeDataString(call.Token)}?{AdyenStoredMethods.Query(account, call.UserId)}";
        var http = await account.DeleteAsync("detach_method", path, cancellationToken);

        // Not found after a try of ours whose answer was lost: that try did it.
        var isGone = http.IsSuccess || (http.MayHaveHappened && AdyenErrors.Of(http)?.Failure?.Code == "not_found");
        if (!isGone)
            return AdyenErrors.Of(http)!;
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            Facts = [AdyenStoredMethods.Detached(call.Account, call.Token, call.UserId, account.TimeOf(http))],
            GatewayReference = call.Token,
        };
    }

    public async Task<GatewayReply> ListMethodsAsync(ListMethodsCall call, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        if (AdyenPayments.ProblemOfUser(call.UserId) is { } problem)
            return AdyenErrors.Refuse("invalid_request", problem);
        var http = await account.GetAsync(
            "list_methods", "/storedPaymentMethods?" + AdyenStoredMethods.Query(account, call.UserId), cancellationToken);
        return AdyenErrors.Read(http, root => AdyenStoredMethods.ReadList(root, call.Account, call.UserId, account.TimeOf(http)));
    }

    private static async Task<GatewayReply> PayAsync(
        AdyenApiAccount account, CreatePaymentCall call, string kind, CancellationToken cancellationToken)
    {
        if (AdyenToken.Read(call.Token!, out var problem) is not { } method)
            return AdyenErrors.Refuse("invalid_request", problem);
        if (!AdyenPayments.TryWord(call, account, method, out var body, out problem))
            return AdyenErrors.Refuse("invalid_request", problem);
        var http = await account.PostAsync(kind, "/payments", body, AdyenJson.Default.AdyenPaymentBody, call.Key, cancellationToken);
        var asked = new AdyenAsked(
            call.Account, call.PaymentId, body.Reference, call.Amount, null, IsNamedByPayer: false, account.TimeOf(http));
        return AdyenErrors.Read(http, root => AdyenPaymentReplies.Read(root, asked));
    }

    private static async Task<GatewayReply> BeginSessionAsync(
        AdyenApiAccount account, CreatePaymentCall call, CancellationToken cancellationToken)
    {
        if (!AdyenPayments.TryWord(call, account, method: null, out var body, out var problem))
            return AdyenErrors.Refuse("invalid_request", problem);
        var http = await account.PostAsync("create", "/sessions", body, AdyenJson.Default.AdyenPaymentBody, call.Key, cancellationToken);
        var fact = AdyenSessions.Waiting(call, FactKind.RequiresPaymentMethod, account.TimeOf(http));
        return AdyenErrors.Read(http, root => AdyenSessions.Read(root, body, call.Amount, [fact]));
    }

    private static async Task<GatewayReply> BeginSetUpAsync(
        AdyenApiAccount account, SaveMethodCall call, CancellationToken cancellationToken)
    {
        if ((call.ReturnUrl ?? account.ReturnUrl) is not { } returnUrl)
            return AdyenErrors.Refuse("invalid_request", "returnUrl is missing: Adyen begins no session without one.");
        Currencies.TryGet(account.SetUpCurrency, out var currency);
        var nothing = new Money(0, currency);
        var body = AdyenStoredMethods.SetUpBody(call, account, returnUrl, nothing);
        var http = await account.PostAsync(
            "save_method", "/sessions", body, AdyenJson.Default.AdyenPaymentBody, call.Key, cancellationToken);
        return AdyenErrors.Read(http, root => AdyenSessions.Read(root, body, nothing, []));
    }

    private static async Task<GatewayReply> ConfirmDetailsAsync(
        AdyenApiAccount account, ConfirmPaymentCall call, CancellationToken cancellationToken)
    {
        if (AdyenDetails.ProblemOf(call.ActionResult) is { } problem)
            return AdyenErrors.Refuse("invalid_request", problem);
        var body = AdyenDetails.Body(call.ActionResult);
        var http = await account.PostAsync(
            "confirm", "/payments/details", body, AdyenJson.Default.AdyenDetailsBody, call.Key, cancellationToken);
        var asked = new AdyenAsked(
            call.Account, call.PaymentId, AdyenReference.Of(call.PaymentId, call.CaptureMethod), call.Amount, AdyenPsp.Of(call),
            IsNamedByPayer: true, account.TimeOf(http));
        return AdyenErrors.Read(http, root => AdyenPaymentReplies.Read(root, asked));
    }

    private async Task<GatewayReply> ModifyAsync(
        string kind, string path, PaymentCall call, string? psp, string reference, Money? amount, CancellationToken cancellationToken)
    {
        var account = AccountOf(call.Account);
        if (psp is null)
            return AdyenErrors.Refuse("invalid_state", "Adyen has told no payment of this yet; a session ends by itself.");
        if (!AdyenModifications.TryWord(account, call, reference, amount, out var body, out var problem))
            return AdyenErrors.Refuse("invalid_request", problem);
        path = $"/payments/{Uri.EscapeDataString(psp)}/{path}";
        var http = await account.PostAsync(kind, path, body, AdyenJson.Default.AdyenModificationBody, call.Key, cancellationToken);
        return AdyenErrors.Read(http, root => AdyenModifications.Read(root, body, psp, amount, modification =>
            call is RefundPaymentCall refund ? [AdyenModifications.RefundTaken(refund, psp, modification, account.TimeOf(http))] : []));
    }

    private AdyenApiAccount AccountOf(string name) =>
        accounts.GetValueOrDefault(name)
        ?? throw new ArgumentException($"The account {name} has no API credential of Adyen.", nameof(name));

    private static Task<GatewayReply> Done(GatewayReply reply) => Task.FromResult(reply);
}
