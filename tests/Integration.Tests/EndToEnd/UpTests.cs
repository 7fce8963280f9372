using System.Text.Json;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EndToEnd;

/// <summary>The whole system as a stranger starts it: processes, real stores, the simulator's shop, verify at the end.</summary>
[Collection("EndToEnd")]
public sealed class UpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Up_once_on_postgres_ends_clean()
    {
        await using var run = PipelineRun.Up("postgres", PipelineRun.FreePorts(), "--once", "--orders", "120", "--api-orders", "54", "--seed", "11");

        var status = await run.WaitAsync(Limit);

        Assert.True(status == 0, run.Output);
        AssertSummary(run.Output);
    }

    [RealKafkaFact]
    public async Task Up_once_on_kafka_ends_clean()
    {
        await using var run = PipelineRun.Up("kafka", PipelineRun.FreePorts(), "--once", "--orders", "120", "--api-orders", "54", "--seed", "12");

        var status = await run.WaitAsync(Limit);

        Assert.True(status == 0, run.Output);
        AssertSummary(run.Output);
    }

    [Fact]
    public Task F1_F2_killed_ingress_processors_and_api_lose_nothing_on_postgres() => KillTwiceAsync("postgres");

    [RealKafkaFact]
    public Task F1_F2_killed_ingress_processors_and_api_lose_nothing_on_kafka() => KillTwiceAsync("kafka");

    [Fact]
    public async Task Several_processors_share_the_work_with_a_lane_each()
    {
        await using var run = PipelineRun.Up("postgres", PipelineRun.FreePorts(), "--once", "--processors", "2", "--orders", "120",
            "--api-orders", "54", "--seed", "14");

        var status = await run.WaitAsync(Limit);

        Assert.True(status == 0, run.Output);
        AssertSummary(run.Output);
        using var state = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(run.Folder, "system.json")));
        Assert.Equal("1", state.RootElement.GetProperty("settings").GetProperty("Processors__Lanes").GetString());
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        var portBase = PipelineRun.FreePorts();
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, portBase + 1);
        holder.Start();
        await using var run = PipelineRun.Up("postgres", portBase, "--once");

        var status = await run.WaitAsync(Limit);

        Assert.Equal(2, status);
        Assert.Contains($"port {portBase + 1} (ingress) is in use", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    /// <summary>54 orders are each of nine kinds twice at each of three gateways.</summary>
    private static void AssertSummary(string output)
    {
        Assert.Matches(@"by the API +54 orders ended as they should, 0 otherwise", output);
        Assert.Matches(@" 6 declined", output);
        Assert.Matches(@" 6 paid by a stored method", output);
        Assert.Contains("dead letters 0", output, StringComparison.Ordinal);
        Assert.Contains("verify: clean", output, StringComparison.Ordinal);
    }

    private static async Task KillTwiceAsync(string engine)
    {
        await using var run = PipelineRun.Up(engine, PipelineRun.FreePorts(), "--once", "--orders", "4000", "--seed", "13");

        foreach (var accepted in new[] { 100, 6000 })
        {
            await Eventually.Async(() => Task.FromResult(run.HasEnded || run.Accepted > accepted), Limit);
            run.Kill("ingress");
            run.Kill("processors");
            run.Kill("api");
        }
        var status = await run.WaitAsync(Limit);

        Assert.True(status == 0, run.Output);
        Assert.Contains("ingress was restarted 2 times", run.Output, StringComparison.Ordinal);
        Assert.Contains("processors was restarted 2 times", run.Output, StringComparison.Ordinal);
        Assert.Contains("api was restarted 2 times", run.Output, StringComparison.Ordinal);
        Assert.Contains("verify: clean", run.Output, StringComparison.Ordinal);
    }
}
