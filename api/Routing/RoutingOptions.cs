using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Routing;

/// <summary>Which gateway account takes a payment; <c>Routing__Rules__0__…</c> in the environment.</summary>
internal sealed class RoutingOptions
{
    public const string Section = "Routing";

    /// <summary>Default none: every account of the tenant's, Stripe first.</summary>
    public IList<RoutingRule> Rules { get; } = [];
}

/// <summary>Applies to payments that match every condition; an empty condition matches all.</summary>
internal sealed class RoutingRule
{
    /// <summary>ISO 4217 codes.</summary>
    public IList<string> Currencies { get; } = [];

    /// <summary>ISO 3166-1 alpha-2, of the billing address, else of the shipping address.</summary>
    public IList<string> Countries { get; } = [];

    /// <summary>The request's <c>method</c>.</summary>
    public IList<string> Methods { get; } = [];

    /// <summary>stripe, adyen or paypal.</summary>
    public string Gateway { get; set; } = "";

    /// <summary>Our name of the account; default "default".</summary>
    public string Account { get; set; } = "default";

    /// <summary>Share among the rules that match, 0 to 1,000; default 1. 0: only where the others fail.</summary>
    public int Weight { get; set; } = 1;
}

internal sealed class RoutingOptionsValidator : IValidateOptions<RoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, RoutingOptions options)
    {
        var problems = new List<string>();
        for (var index = 0; index < options.Rules.Count; index++)
        {
            var (rule, path) = (options.Rules[index], $"{RoutingOptions.Section}:Rules:{index}");
            if (rule.Gateway.Length == 0) problems.Add($"{path}:Gateway is missing.");
            if (rule.Weight is < 0 or > 1_000) problems.Add($"{path}:Weight must be 0 to 1000.");
        }
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
