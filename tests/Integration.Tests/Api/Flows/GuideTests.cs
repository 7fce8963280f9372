using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The lines of docs/api.md work as they are written.</summary>
public sealed partial class GuideTests(SimulatorFixture sim) : IClassFixture<SimulatorFixture>
{
    [Fact]
    public async Task Every_line_of_the_guide_works()
    {
        await sim.KnobsAsync("{}");
        // Without pipefail: the guide cuts a stream of events off.
        var script = "set -eu\n" + string.Join('\n', Blocks().Matches(await File.ReadAllTextAsync(Guide())).Select(block => block.Groups[1].Value))
            .Replace("http://localhost:8080", sim.Server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("$(./pipeline token)", sim.Server.Tokens.Good(), StringComparison.Ordinal)
            .Replace("curl -sS", "curl -sS --fail-with-body -w '\\n'", StringComparison.Ordinal);

        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync();

        Assert.True(bash.ExitCode == 0, $"{await output}\n{await errors}");
        Assert.Contains("\"PARTIALLY_REFUNDED\"", await output, StringComparison.Ordinal);
        Assert.Contains("\"transactions\"", await output, StringComparison.Ordinal);
        Assert.Contains("\"clientSecret\"", await output, StringComparison.Ordinal);
    }

    private static string Guide([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "..", "docs", "api.md"));

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
