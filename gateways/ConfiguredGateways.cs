using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Gateways;

/// <summary>
/// Makes every registered gateway whose section is there, and keeps all problems of all sections, so that a start that is
/// refused names everything that has to be mended.
/// </summary>
internal sealed class ConfiguredGateways : IValidateOptions<GatewaysOptions>
{
    private readonly List<IWebhookGateway> _gateways = [];
    private readonly List<string> _problems = [];

    public ConfiguredGateways(
        IEnumerable<GatewayRegistration> registrations, IConfiguration configuration, IServiceProvider services)
    {
        foreach (var registration in registrations)
        {
            var section = configuration.GetSection(GatewaysOptions.Section).GetSection(registration.Section);
            if (!section.Exists()) continue;
            var setup = new GatewaySetup(section, services);
            var gateway = registration.Create(setup);
            if (setup.Problems.Count == 0) _gateways.Add(gateway);
            _problems.AddRange(setup.Problems);
        }
    }

    /// <exception cref="OptionsValidationException">There are problems; the message names all of them.</exception>
    public GatewayRegistry ToRegistry() =>
        _problems.Count == 0
            ? new GatewayRegistry(_gateways)
            : throw new OptionsValidationException(Options.DefaultName, typeof(GatewaysOptions), _problems);

    public ValidateOptionsResult Validate(string? name, GatewaysOptions options) =>
        _problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_problems);
}
