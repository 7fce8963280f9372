using System.Globalization;
using System.Net;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Set <c>PIPELINE_SEEDED_RUNS</c> to a number (10000) to run that many; the suite runs 90.</summary>
public sealed class SimulatorSeededTests(SimulatorFixture sim) : IClassFixture<SimulatorFixture>
{
    private static readonly string[] gateways = ["stripe", "adyen", "paypal"];

    /// <summary>
    /// The real clients at gateways that lose two fifths of their answers after the effect and some before it, all the time, the tries of
    /// the completer included. Drawn from the seed, the key and the number of the try alone.
    /// </summary>
    [Fact]
    public async Task I16_effect_then_timeout_at_the_simulator_leaves_one_charge_each()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEEDED_RUNS") ?? "90", CultureInfo.InvariantCulture);
        await sim.KnobsAsync("""
            {"seed":4,"only":"POST","effectThenTimeout":{"share":0.35},"timeout":{"share":0.05},"effectThenServerError":{"share":0.05}}
            """);
        var answers = new ApiAnswer[runs];
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (run, _) =>
            answers[run] = await sim.CreateAsync(gateways[run % 3], key: string.Create(CultureInfo.InvariantCulture, $"seeded-{run}"), amount: 100 + run));
        await Eventually.Async(IsQuietAsync, TimeSpan.FromSeconds(120 + (runs / 10)));

        for (var run = 0; run < runs; run++)
        {
            var reached = answers[run].Status != HttpStatusCode.ServiceUnavailable;
            var payment = (reached ? answers[run].Json : answers[run].Json.GetProperty("payment")).GetProperty("paymentId").GetString()!;
            var charges = (await sim.EffectsAsync(payment)).Count(effect => effect == "create");
            Assert.True(charges == (reached ? 1 : 0), $"run {run} at {gateways[run % 3]}: {charges} charges after {answers[run].Status}");
            Assert.Equal(reached ? "AUTHORIZED" : "FAILED", await sim.StatusAsync(payment));
        }
    }

    private async Task<bool> IsQuietAsync()
    {
        await sim.HurryAsync();
        return await sim.OpenOperationsAsync() == 0;
    }
}
