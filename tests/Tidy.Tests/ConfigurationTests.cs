using System.Text.RegularExpressions;
using Xunit;

namespace PaymentPipeline.Tidy.Tests;

/// <summary>docs/configuration.md names every setting that the code reads, so that it stays true.</summary>
public sealed partial class ConfigurationTests
{
    private static readonly string[] OptionFiles =
    [
        "eventlog/EventLogOptions.cs", "eventlog/Kafka/KafkaLogOptions.cs", "gateways/GatewayHttpOptions.cs", "gateways/Stripe/StripeOptions.cs",
        "gateways/Adyen/AdyenApiOptions.cs",
        "gateways/Adyen/AdyenOptions.cs", "gateways/PayPal/PayPalOptions.cs", "hosting/StopOptions.cs", "ingress/IngressOptions.cs", "processors/ProcessorsOptions.cs",
        "storage/DatabaseOptions.cs",
        "api/ApiOptions.cs", "api/Events/EventsOptions.cs", "api/Auth/AuthOptions.cs", "api/Auth/RateLimitOptions.cs", "api/Routing/RoutingOptions.cs",
    ];

    public static TheoryData<string> Files => [.. OptionFiles];

    [Theory, MemberData(nameof(Files))]
    public void Every_setting_is_documented(string file)
    {
        var documentation = Repository.Read("docs/configuration.md");
        var settings = Setting().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)
            .Except(["Postgres", "Kafka"]).ToList();

        Assert.NotEmpty(settings);
        Assert.DoesNotContain(settings, setting => !documentation.Contains(setting, StringComparison.Ordinal));
    }

    [Fact]
    public void No_options_are_forgotten_by_this_test()
    {
        var sections = Repository.Files("*Options.cs")
            .Where(file => !file.StartsWith("simulator/", StringComparison.Ordinal) && !file.StartsWith("ops/", StringComparison.Ordinal))
            .Where(file => Setting().IsMatch(Repository.Read(file)));

        Assert.Empty(sections.Except(OptionFiles));
    }

    [GeneratedRegex(@"^    public \S+ (\w+) \{ get; (?:set; )?\}", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
