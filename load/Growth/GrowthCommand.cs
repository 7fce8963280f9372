using System.CommandLine;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;

namespace PaymentPipeline.Load.Growth;

/// <summary>The same rounds on small books and on large ones, and the ratio.</summary>
internal static class GrowthCommand
{
    public static Command Build()
    {
        var payments = new Option<long>("--payments") { Description = "In the large books.", DefaultValueFactory = _ => 10_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 5 };
        var webhooks = new Option<int>("--webhooks") { Description = "In each measurement.", DefaultValueFactory = _ => 30_000 };
        var old = new Option<double>("--old") { Description = "Share of webhooks that tell more of a grown payment, 0 to 0.9.",
            DefaultValueFactory = _ => 0.2 };
        var reads = new Option<int>("--reads") { Description = "Requests to each GET route.", DefaultValueFactory = _ => 500 };
        var bytes = new Option<int>("--bytes") { Description = "Of each body.", DefaultValueFactory = _ => 2500 };
        var command = new Command("growth", """
            Two systems of its own, one with large books and one with just the few payments that the rounds tell more of. With --data
            the large one is that system, filled by './pipeline load grow'; --seed chooses which of its payments are told more of. In
            each round, on one and then on the other: webhooks until the last is applied, and the ratio. Then every GET route, and
            verify on both.

            Example:
              ./pipeline load growth --payments 10000000
            """) { payments, rounds, webhooks, old, reads, bytes };
        var options = LoadOptions.AddTo(command, connections: 128);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            options.Read(parsed, "growth"),
            new GrowthSettings(
                parsed.GetValue(payments), parsed.GetValue(rounds), parsed.GetValue(webhooks), parsed.GetValue(old), parsed.GetValue(reads),
                parsed.GetValue(bytes)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunSettings settings, GrowthSettings growth, CancellationToken cancellationToken)
    {
        var problem = growth switch
        {
            { Rounds: < 1 } or { Webhooks: < 100 } or { Reads: < 1 } => "--rounds, --webhooks or --reads is too small.",
            { Old: < 0 or > 0.9 } or { Bytes: < 500 or > 100_000 } => "--old or --bytes is out of range.",
            _ when settings.Data is null && growth.Payments < growth.Refunds => $"--payments: these rounds tell more of {growth.Refunds} payments, choose no fewer.",
            _ => null,
        };
        if (problem is not null) throw new UserErrorException(problem);
        var view = new LiveView("growth", settings.Json);
        return await Output.WriteAsync(await new GrowthRun(settings, growth, view).PlayAsync(cancellationToken), settings);
    }
}

/// <param name="Old">Share of the webhooks.</param>
internal sealed record GrowthSettings(long Payments, int Rounds, int Webhooks, double Old, int Reads, int Bytes)
{
    /// <summary>Payments that the rounds, and the one before them, tell more of.</summary>
    public long Refunds => Math.Max(1, (long)Math.Ceiling((Rounds + 1) * Webhooks * Old));
}
