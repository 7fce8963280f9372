using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Commands;

/// <summary>
/// <c>shop</c>: one run; progress on stderr, the summary on stdout. Status 1 when something genuine was refused or left behind,
/// or something forged was taken.
/// </summary>
internal static class ShopCommand
{
    private static readonly Option<string> Ingress = new("--ingress")
        { Description = "Where the webhooks go: URL without /webhooks.", Required = true };
    private static readonly Option<int> Seed = new("--seed")
        { Description = "The same seed plays the same shop.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Orders = new("--orders") { Description = "How many orders." };
    private static readonly Option<long> Webhooks = new("--webhooks")
        { Description = "About how many deliveries, in place of or beside --orders." };
    private static readonly Option<double> Rate = new("--rate") { Description = "Deliveries a second; 0: as fast as they are taken." };
    private static readonly Option<double> Duplicates = new("--duplicates") { Description = "Share delivered again." };
    private static readonly Option<double> Reorder = new("--reorder") { Description = "Share overtaken by later ones." };
    private static readonly Option<double> Delay = new("--delay") { Description = "Share held back for thousands of webhooks." };
    private static readonly Option<double> Drop = new("--drop") { Description = "Share never delivered." };
    private static readonly Option<double> Forge = new("--forge") { Description = "Share of forgeries beside the genuine ones." };
    private static readonly Option<int> Concurrency = new("--concurrency")
        { Description = "Requests in flight.", DefaultValueFactory = _ => 64 };
    private static readonly Option<double> GiveUp = new("--give-up-seconds")
        { Description = "How long one webhook is tried.", DefaultValueFactory = _ => 120 };
    private static readonly Option<bool> Prepare = new("--prepare") { Description = "Make and sign everything before the first delivery." };
    private static readonly Option<string[]> Gateways = new("--gateway")
        { Description = "NAME=WEIGHT, several times: how the shop is spread over the gateways." };
    private static readonly Option<bool> Json = new("--json") { Description = "The summary as JSON." };

    public static Command Create(TimeProvider time)
    {
        var common = new CommonOptions();
        var command = new Command(
            "shop", "Plays one run of the shop. Example: shop --ingress http://127.0.0.1:8081 --orders 1000 --duplicates 0.2 --forge 0.01")
        {
            Ingress, Seed, Orders, Webhooks, Rate, Duplicates, Reorder, Delay, Drop, Forge, Concurrency, GiveUp, Prepare, Gateways, Json,
            common.Port, common.Data, common.Address,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, common, time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, CommonOptions common, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = Read(parsed);
        var problems = options.Problems().ToArray();
        foreach (var problem in problems) await Console.Error.WriteLineAsync(problem);
        if (problems.Length > 0) return 2;

        await using var host = await SimulatorHost.StartAsync(
            parsed.GetValue(common.Port), parsed.GetValue(common.Data)!.FullName, parsed.GetValue(common.Address), time);
        var run = host.Shop.TryStart(options)!;
        await using var stopping = cancellationToken.Register(run.Stop);
        while (await Task.WhenAny(run.Completion, Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None)) != run.Completion)
            await Console.Error.WriteLineAsync(Line(run.Progress));
        await Console.Error.WriteLineAsync(Line(run.Progress));

        var progress = run.Progress;
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(progress, SimulatorJson.Default.RunProgress));
        if (progress.Failure is not null) await Console.Error.WriteLineAsync(progress.Failure);
        return progress.Clean ? 0 : 1;
    }

    private static ShopOptions Read(ParseResult parsed)
    {
        var options = new ShopOptions
        {
            Ingress = parsed.GetValue(Ingress)!, Seed = parsed.GetValue(Seed), Orders = parsed.GetValue(Orders),
            Webhooks = parsed.GetValue(Webhooks),
            Rate = parsed.GetValue(Rate), Duplicates = parsed.GetValue(Duplicates),
            Reorder = parsed.GetValue(Reorder), Delay = parsed.GetValue(Delay),
            Drop = parsed.GetValue(Drop), Forge = parsed.GetValue(Forge), Concurrency = parsed.GetValue(Concurrency),
            GiveUpSeconds = parsed.GetValue(GiveUp), Prepare = parsed.GetValue(Prepare),
        };
        var weights = (parsed.GetValue(Gateways) ?? []).Select(text => text.Split('=')).ToArray();
        return weights.Length == 0 ? options : options with
        {
            Gateways = weights.ToDictionary(
                pair => pair[0], pair => pair.Length > 1 ? int.Parse(pair[1], CultureInfo.InvariantCulture) : 1),
        };
    }

    private static string Line(RunProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{progress.Seconds,6:0.0} s  orders {progress.Orders}  accepted {progress.Accepted}  "
        + $"retried {progress.Retried}  refused {progress.Refused}  undelivered {progress.Undelivered}  "
        + $"forged refused {progress.ForgedRefused}, accepted {progress.ForgedAccepted}  {progress.RatePerSecond:0}/s");
}
