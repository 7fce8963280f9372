using System.CommandLine;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Profiles;

/// <summary>The profiles that send webhooks by a curve of their own.</summary>
internal static class WebhookProfiles
{
    public static IEnumerable<Command> Build() =>
    [
        Build("steady", "A constant rate.", rate: 1000, seconds: 30, Steady, "./pipeline load steady --rate 5000 --seconds 60"),
        Build("peak", "A sales peak: quiet, a steep rise, a plateau at --rate, a slow fall.", rate: 4000, seconds: 120, Peak,
            "./pipeline load peak --engine kafka --kill ingress --kill processors --kill ingress,processors"),
        Build("flood", "10 times the normal --rate for --seconds, between two normal phases of a third of that.", rate: 600, seconds: 60,
            Flood, "./pipeline load flood --rate 3000"),
        Build("soak", "A low rate for long.", rate: 200, seconds: 3600, Steady, "./pipeline load soak --seconds 28800"),
    ];

    private static RateCurve Steady(double rate, double seconds) => new(("steady", seconds, rate, rate));

    private static RateCurve Peak(double rate, double seconds) => new(
        ("quiet", seconds * 0.15, rate / 10, rate / 10), ("rise", seconds * 0.15, rate / 10, rate),
        ("plateau", seconds * 0.4, rate, rate), ("fall", seconds * 0.3, rate, rate / 10));

    private static RateCurve Flood(double rate, double seconds) => new(
        ("normal", seconds / 3, rate, rate), ("flood", seconds, rate * 10, rate * 10), ("normal again", seconds / 3, rate, rate));

    private static Command Build(
        string name, string description, double rate, double seconds, Func<double, double, RateCurve> curve, string example)
    {
        var rateOption = new Option<double>("--rate") { Description = "Webhooks a second.", DefaultValueFactory = _ => rate };
        var secondsOption = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => seconds };
        var fresh = new Option<double>("--fresh") { Description = "Share sent over a fresh connection.", DefaultValueFactory = _ => 0.05 };
        var duplicates = new Option<double>("--duplicates") { Description = "Share sent again.", DefaultValueFactory = _ => 0.1 };
        var bytes = new Option<int?>("--bytes") { Description = "Of each body. Default: a mix from 0.5 to 20 KB, 2.5 KB on the mean." };
        var adyen = new Option<double>("--adyen") { Description = "Adyen's share.", DefaultValueFactory = _ => 0.2 };
        var payPal = new Option<double>("--paypal")
        {
            Description = "PayPal's share, 3000 requests at most: RSA is slow to sign.",
            DefaultValueFactory = _ => 0.1,
        };
        var kill = new Option<string[]>("--kill")
        {
            Description = "kill -9 of these at the highest load: ingress, processors, or both with a comma. Several times: in turn.",
        };
        var rounds = new Option<int>("--rounds") { Description = "How often, on the same system.", DefaultValueFactory = _ => 1 };
        var command = new Command(name, $"{description}{Environment.NewLine}{Environment.NewLine}Example:{Environment.NewLine}  {example}")
        {
            rateOption, secondsOption, fresh, duplicates, bytes, adyen, payPal, kill, rounds,
        };
        var options = LoadOptions.AddTo(command).WithWarmUp(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            options.Read(parsed, name),
            new WebhookSettings(
                curve(Positive(parsed, rateOption), Positive(parsed, secondsOption)), Share(parsed, fresh), Share(parsed, duplicates),
                parsed.GetValue(bytes), Share(parsed, adyen), Share(parsed, payPal), Kills(parsed.GetValue(kill) ?? [])),
            Math.Max(1, parsed.GetValue(rounds)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        RunSettings settings, WebhookSettings webhooks, int rounds, CancellationToken cancellationToken)
    {
        var view = new LiveView($"{settings.Profile}", settings.Json);
        await using var target = await Target.OpenAsync(settings, view.Say, cancellationToken);
        var report = await new WebhookRun(settings, webhooks, target, view).PlayAsync(cancellationToken);
        var results = new List<RoundResult> { Result(report, 1) };
        for (var round = 2; round <= rounds && report.Verify is { Clean: true }; round++)
        {
            report = await new WebhookRun(settings with { WarmUp = 0 }, webhooks, target, view).PlayAsync(cancellationToken);
            results.Add(Result(report, round));
        }
        return await Output.WriteAsync(rounds == 1 ? report : report with { Rounds = results }, settings);
    }

    /// <summary>What of a round is put beside the others; the page has the last in full.</summary>
    private static RoundResult Result(LoadReport report, int round)
    {
        var figures = new Dictionary<string, double>
        {
            ["p99.9 ms"] = report.Summary.Latency.P999,
            ["backlog at most"] = report.Samples.Select(sample => sample.Lag).DefaultIfEmpty(0).Max(),
        };
        if (report.Summary.DrainSeconds is { } drain) figures["backlog gone after s"] = drain;
        foreach (var process in report.Summary.Processes)
        {
            figures[$"{process.Name} MB at most"] = process.PeakRss / 1e6;
            figures[$"{process.Name} CPU µs"] = process.CpuMicrosPerWebhook;
        }
        return new RoundResult($"round {round}: accepted", report.Summary.AcceptedPerSecond, report.Summary.Latency, figures);
    }

    private static double Positive(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is > 0 and var value
        ? value
        : throw new UserErrorException($"{option.Name}: choose a number above 0.");

    private static double Share(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is >= 0 and <= 1 and var value
        ? value
        : throw new UserErrorException($"{option.Name}: choose a share from 0 to 1.");

    private static List<string[]> Kills(string[] asked)
    {
        var sets = asked.Select(one => one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        var unknown = sets.SelectMany(set => set).FirstOrDefault(
            service => service.Split('-')[0] is not ("ingress" or "processors"));
        return unknown is null ? sets : throw new UserErrorException($"--kill {unknown}: choose of ingress and processors (ingress-2, ...).");
    }
}
