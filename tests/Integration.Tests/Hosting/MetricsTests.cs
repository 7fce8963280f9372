using System.Diagnostics;
using System.Diagnostics.Metrics;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Hosting;

public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new("PaymentPipeline.HostingTests");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Metrics_are_in_Prometheus_text_format()
    {
        await using var service = await TestService.StartAsync();
        _meter.CreateCounter<long>("test.things.made", "{thing}", "Back\\slash and\nline").Add(
            3, new("kind", "a \"quoted\"\nback\\slash"), new("other.name", true));
        _meter.CreateHistogram<double>("test.wait.duration", "s", "A wait").Record(0.004);
        _meter.CreateObservableGauge("test.backlog", () => 17L, "By", "Waiting");

        var text = await service.Http.GetStringAsync("/metrics");

        Assert.Contains("# HELP test_things_made_total Back\\\\slash and\\nline\n# TYPE test_things_made_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("test_things_made_total{kind=\"a \\\"quoted\\\"\\nback\\\\slash\",other_name=\"True\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_wait_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("test_wait_duration_seconds_bucket{le=\"0.003\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("test_wait_duration_seconds_bucket{le=\"0.005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_wait_duration_seconds_bucket{le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_wait_duration_seconds_sum 0.004\ntest_wait_duration_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_backlog_bytes gauge\ntest_backlog_bytes 17\n", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total{", text, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections{", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public async Task A_family_stands_once_though_two_meters_have_it()
    {
        await using var service = await TestService.StartAsync();
        using var second = new Meter("PaymentPipeline.HostingTests.Second");
        _meter.CreateCounter<long>("test.shared").Add(1, new KeyValuePair<string, object?>("from", "first"));
        second.CreateCounter<long>("test.shared").Add(2, new KeyValuePair<string, object?>("from", "second"));

        var text = await service.Http.GetStringAsync("/metrics");

        Assert.Single(text.Split('\n'), line => line == "# TYPE test_shared_total counter");
        Assert.Contains("test_shared_total{from=\"first\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_shared_total{from=\"second\"} 2\n", text, StringComparison.Ordinal);
    }

    [PromtoolFact]
    public async Task Promtool_accepts_the_metrics()
    {
        await using var service = await TestService.StartAsync();
        _meter.CreateCounter<long>("test.promtool", "{thing}", "Things").Add(1, new KeyValuePair<string, object?>("kind", "\"\n\\"));
        await service.Http.GetStringAsync("/health/live");
        var text = await service.Http.GetStringAsync("/metrics");

        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.True(promtool.ExitCode == 0, said);
        Assert.Contains("test_promtool_total", text, StringComparison.Ordinal);
    }
}

/// <summary>Skipped by name where Prometheus' own checker is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "promtool"))))
            Skip = "promtool is not installed (Debian: apt-get install prometheus)";
    }
}
