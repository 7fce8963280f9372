using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// PayPal's APIs: Orders v2, Payments v2, Vault v3 and Disputes v1. Our payment id is the order's custom_id and invoice_id, an
/// operation's id the invoice_id of its capture or refund.
/// </summary>
internal sealed class PayPalClient : IPaymentGateway
{
    private readonly FrozenDictionary<string, Line> _lines;

    private PayPalClient(Dictionary<string, Line> lines) => _lines = lines.ToFrozenDictionary(StringComparer.Ordinal);

    public string Name => "paypal";
    public IReadOnlyCollection<string> Accounts => _lines.Keys;

    public static PayPalClient Create(GatewaySetup setup)
    {
        var lines = new Dictionary<string, Line>(StringComparer.Ordinal);
        foreach (var (name, section) in setup.ReadAccounts())
        {
            var options = setup.Bind<PayPalOptions>(section);
            if (options.ClientId == "" && options.ClientSecret == "")
                continue;
            if (string.IsNullOrWhiteSpace(options.ClientId))
                setup.Problem(section.GetSection(nameof(PayPalOptions.ClientId)), "is required beside the client secret");
            if (string.IsNullOrWhiteSpace(options.ClientSecret))
                setup.Problem(section.GetSection(nameof(PayPalOptions.ClientSecret)), "is required beside the client id");
            lines[name] = new Line(setup, section, options);
        }
        return new PayPalClient(lines);
    }

    /// <summary>As PayPal's descriptions say: orders 6 hours, payments 45 days, the vault 3 hours; a void takes no key.</summary>
    public TimeSpan KeyWindow(GatewayCallKind kind) => kind switch
    {
        GatewayCallKind.Create or GatewayCallKind.Confirm => TimeSpan.FromHours(6),
        GatewayCallKind.Capture or GatewayCallKind.Refund => TimeSpan.FromDays(45),
        GatewayCallKind.SaveMethod or GatewayCallKind.DetachMethod => TimeSpan.FromHours(3),
        _ => TimeSpan.Zero,
    };

    public GatewayHealth HealthOf(string account) =>
        _lines.TryGetValue(account, out var line) ? line.Wire.Health : default(GatewayHealth) with { Breaker = "closed" };

    public Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Orders.CreateAsync(call, cancellationToken));

    public Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Orders.ConfirmAsync(call, cancellationToken));

    public Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Payments.CaptureAsync(call, cancellationToken));

    public Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Payments.CancelAsync(call, cancellationToken));

    public Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Payments.RefundAsync(call, cancellationToken));

    public Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.LookUps.LookUpAsync(call, cancellationToken));

    public Task<GatewayReply> SaveMethodAsync(SaveMethodCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Vault.SaveAsync(call, cancellationToken));

    public Task<GatewayReply> DetachMethodAsync(DetachMethodCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Vault.DetachAsync(call, cancellationToken));

    public Task<GatewayReply> ListMethodsAsync(ListMethodsCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.Vault.ListAsync(call, cancellationToken));

    public Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken) =>
        AskAsync(call.Account, line => line.LookUps.ReadDisputeAsync(call, cancellationToken));

    private async Task<GatewayReply> AskAsync(string account, Func<Line, Task<GatewayReply>> ask)
    {
        if (!_lines.TryGetValue(account, out var line))
            return PayPalReplies.Refused("unauthorized", "The account has no credentials for PayPal's API.");
        try
        {
            return await ask(line);
        }
        catch (FormatException problem)
        {
            // Thrown while a request is written, and before any that has an effect.
            return PayPalReplies.Refused("invalid_request", problem.Message);
        }
        catch (UnreadableWebhookException problem)
        {
            return PayPalReplies.Unreadable(problem.Message);
        }
    }

    private sealed class Line
    {
        public Line(GatewaySetup setup, IConfigurationSection section, PayPalOptions options)
        {
            var http = GatewayHttp.Create(setup, "paypal", section, options.BaseUrl);
            Wire = new PayPalLine(http, new PayPalTokens(http, options.ClientId, options.ClientSecret, setup.Time), setup.Time);
            var finder = new PayPalFinder(Wire, setup.Time);
            Orders = new PayPalOrders(Wire);
            Payments = new PayPalPayments(Wire, finder, setup.Time);
            LookUps = new PayPalLookUps(Wire, Payments, finder, new PayPalReports(Wire, setup.Time));
            Vault = new PayPalVault(Wire);
        }

        public PayPalLine Wire { get; }
        public PayPalOrders Orders { get; }
        public PayPalPayments Payments { get; }
        public PayPalLookUps LookUps { get; }
        public PayPalVault Vault { get; }
    }
}
