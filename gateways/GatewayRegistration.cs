namespace PaymentPipeline.Gateways;

/// <summary>One line of registration: the name of the section below <c>Gateways</c>, and how its gateway is made.</summary>
/// <param name="Section">"Stripe" for <c>Gateways:Stripe</c>. Where that section is absent the gateway is not served.</param>
/// <param name="Create">
/// Reads the options, tells <see cref="GatewaySetup.Problem"/> everything that is wrong with them, and makes the gateway.
/// It may throw nothing: what it returns is not used when it told a problem.
/// </param>
/// <param name="CreateClient">
/// The same for the gateway's API, in the process that moves money. The gateway it makes has the accounts that have API credentials;
/// with none it is left out. Null: webhooks only.
/// </param>
public sealed record GatewayRegistration(
    string Section, Func<GatewaySetup, IWebhookGateway> Create, Func<GatewaySetup, IPaymentGateway>? CreateClient = null);
