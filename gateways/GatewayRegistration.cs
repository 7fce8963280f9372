namespace PaymentPipeline.Gateways;

/// <summary>One line of registration: the name of the section below <c>Gateways</c>, and how its gateway is made.</summary>
/// <param name="Section">"Stripe" for <c>Gateways:Stripe</c>. Where that section is absent the gateway is not served.</param>
/// <param name="Create">
/// Reads the options, tells <see cref="GatewaySetup.Problem"/> everything that is wrong with them, and makes the gateway.
/// It may throw nothing: what it returns is not used when it told a problem.
/// </param>
public sealed record GatewayRegistration(string Section, Func<GatewaySetup, IWebhookGateway> Create);
