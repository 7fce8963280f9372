using System.CommandLine;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Comparing;

/// <summary>Floors and ours in turn, several rounds, the ratio pair by pair.</summary>
internal static class CompareCommand
{
    public static Command Build()
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 5 };
        var webhooks = new Option<int>("--webhooks")
        {
            Description = "In each measurement of throughput; they are held ready in memory.",
            DefaultValueFactory = _ => 60_000,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "Of each measurement of latency; 0 leaves them out.",
            DefaultValueFactory = _ => 15,
        };
        var rate = new Option<double?>("--rate")
        {
            Description = "The peak, of which half is offered for the latency. Default: what the whole way sustained in the same round.",
        };
        var bytes = new Option<int>("--bytes") { Description = "Of each body.", DefaultValueFactory = _ => 2500 };
        var fsync = new Option<string>("--kafka-fsync")
        {
            Description = "Whether the broker syncs to disk before it acknowledges; off is to show what it costs, and not durable.",
            DefaultValueFactory = _ => "on",
        };
        fsync.AcceptOnlyFromAmong("on", "off");
        var command = new Command("compare", $"""
            Floors and ours in turn, several rounds, ratios pair by pair. Each round measures:
              - a bare endpoint, the same with one HMAC, then the ingress alone (durable answers, processors held)
              - the processors alone on the backlog that this left, then PostgreSQL's own script and one transaction per event
              - both at once, until the last event is applied
              - from a webhook being due to its event being read on payment.events, at half of the peak and at 100 a second; before
                the latter two commits in a row at the same pace, which is what the disk takes of it

            Example:
              ./pipeline load compare --engine kafka --rounds 3 --seconds 0
            """) { rounds, webhooks, seconds, rate, bytes, fsync };
        var options = LoadOptions.AddTo(command, connections: 256);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            options.Read(parsed, "compare"),
            new CompareSettings(
                parsed.GetValue(rounds), parsed.GetValue(webhooks), parsed.GetValue(seconds), parsed.GetValue(rate),
                parsed.GetValue(bytes), parsed.GetValue(fsync) == "on"),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunSettings settings, CompareSettings compare, CancellationToken cancellationToken)
    {
        var problem = compare switch
        {
            { Rounds: < 1 } => "--rounds: choose at least 1.",
            { Webhooks: < 1000 } => "--webhooks: choose at least 1000.",
            { Seconds: < 0 } or { Rate: <= 0 } or { Bytes: < 500 or > 100_000 } => "--seconds, --rate or --bytes is out of range.",
            _ => null,
        };
        if (!compare.KafkaFsync && (settings.Engine != "kafka" || settings.Data is not null))
            throw new UserErrorException("--kafka-fsync off: only for a system of its own with --engine kafka.");
        if (problem is not null) throw new UserErrorException(problem);
        var view = new LiveView("compare", settings.Json);
        await using var target = await Target.OpenAsync(settings, view.Say, cancellationToken);
        if (!compare.KafkaFsync) await BrokerFsync.TurnOffAsync(target.System);
        var report = await new CompareRun(settings, compare, target, view).PlayAsync(cancellationToken);
        return await Output.WriteAsync(report, settings);
    }
}

/// <param name="Rate">The peak, of which half is offered; null for what the round sustained.</param>
/// <param name="KafkaFsync">Of a single broker, before its acknowledgement.</param>
internal sealed record CompareSettings(int Rounds, int Webhooks, double Seconds, double? Rate, int Bytes, bool KafkaFsync);
