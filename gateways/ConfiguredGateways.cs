using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Gateways;

/// <summary>
/// Makes every registered gateway whose section is there, and keeps all problems of all sections, so that a start that is
/// refused names everything that has to be mended.
/// </summary>
internal sealed class ConfiguredGateways<TGateway> : IValidateOptions<GatewaysOptions>
{
    private readonly List<TGateway> _gateways = [];
    private readonly List<string> _problems = [];

    /// <param name="factory">What of a registration makes the gateway; null where it has none of this kind.</param>
    public ConfiguredGateways(
        IEnumerable<GatewayRegistration> registrations, Func<GatewayRegistration, Func<GatewaySetup, TGateway>?> factory,
        IConfiguration configuration, IServiceProvider services)
    {
        foreach (var registration in registrations)
        {
            var section = configuration.GetSection(GatewaysOptions.Section).GetSection(registration.Section);
            if (!section.Exists() || factory(registration) is not { } create) continue;
            var setup = new GatewaySetup(section, services);
            var gateway = create(setup);
            if (setup.Problems.Count == 0) _gateways.Add(gateway);
            _problems.AddRange(setup.Problems);
        }
    }

    /// <exception cref="OptionsValidationException">There are problems; the message names all of them.</exception>
    public IReadOnlyList<TGateway> All =>
        _problems.Count == 0
            ? _gateways
            : throw new OptionsValidationException(Options.DefaultName, typeof(GatewaysOptions), _problems);

    public ValidateOptionsResult Validate(string? name, GatewaysOptions options) =>
        _problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_problems);
}
