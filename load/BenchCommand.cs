using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using PaymentPipeline.Load.Floors;

namespace PaymentPipeline.Load;

/// <summary>
/// Three figures, each beside its floor in the same run, several rounds in turn: webhooks accepted a second with durable
/// answers against the bare endpoint; events applied a second against PostgreSQL's own script. The ratio is what counts.
/// </summary>
internal static class BenchCommand
{
    private const int BacklogMin = 10_000;

    private sealed record Round(double Bare, double Accepted, double AcceptedP99Ms, double Script, double Applied);

    public static Command Build()
    {
        var data = RunningSystem.DataOption();
        var webhooks = new Option<int>("--webhooks") { Description = "Webhooks a round.", DefaultValueFactory = _ => 60000 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };
        var connections = new Option<int>("--connections") { Description = "Keep-alive connections.", DefaultValueFactory = _ => 256 };
        var command = new Command("bench",
            "Accepted and applied a second beside their floors, against a running './pipeline up --idle'.") { data, webhooks, rounds,
            connections };
        command.SetAction(parsed =>
            RunAsync(parsed.GetValue(data)!, parsed.GetValue(webhooks), parsed.GetValue(rounds), parsed.GetValue(connections)));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo data, int webhooks, int rounds, int connections)
    {
        var target = RunningSystem.Read(data);
        using var bare = await StartBareAsync(BareAddress(target).Port);
        try
        {
            var seen = new List<Round>();
            for (var round = 1; round <= rounds; round++)
            {
                seen.Add(await PlayAsync(target, webhooks, connections));
                Console.WriteLine(Line($"round {round}", seen[^1]));
            }
            Console.WriteLine(Line($"median, {target.Engine}", Median(seen)));
            return 0;
        }
        finally
        {
            bare.Kill();
        }
    }

    private static async Task<Round> PlayAsync(RunningSystem target, int webhooks, int connections)
    {
        var run = Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture);
        var requests = SignedWebhooks.Build(
            webhooks, target.Setting("Gateways__Stripe__WebhookSecrets__0"), $"{target.Ingress}", run);
        var bare = await SocketDriver.DriveAsync(BareAddress(target), requests, connections);
        var appliedBefore = await CountAsync(target);
        var accepted = await SocketDriver.DriveAsync(target.Ingress, requests, connections);
        if (accepted.Ok != webhooks) Console.WriteLine($"warning: {webhooks - accepted.Ok} webhooks were not accepted");
        var applied = await DrainAsync(target, appliedBefore + accepted.Ok);
        var script = await ServerSideScript.MeasureAsync(target.ConnectionString, 20000);
        return new Round(bare.PerSecond, accepted.PerSecond, accepted.P99Ms, script, applied);
    }

    /// <returns>Events a second, from the end of the sending to the last event applied: the processors alone.</returns>
    private static async Task<double> DrainAsync(RunningSystem target, long until)
    {
        var started = Stopwatch.GetTimestamp();
        var first = await CountAsync(target);
        var now = first;
        while (now < until)
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(5)) throw new TimeoutException(
                $"Applied {now} of {until} within five minutes.");
            await Task.Delay(100);
            now = await CountAsync(target);
        }
        // Processors that kept pace leave too little behind to be timed.
        return until - first < BacklogMin ? double.NaN : (until - first) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<long> CountAsync(RunningSystem target)
    {
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM books.inbox", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static IPEndPoint BareAddress(RunningSystem target) => new(IPAddress.Loopback, target.Ingress.Port + 50);

    private static async Task<Process> StartBareAsync(int port)
    {
        var start = new ProcessStartInfo("dotnet",
            [typeof(BenchCommand).Assembly.Location, "bare", "--port", $"{port}"]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line && line != "ready") { }
        return process;
    }

    private static Round Median(List<Round> rounds)
    {
        double Of(Func<Round, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
        return new Round(Of(r => r.Bare), Of(r => r.Accepted), Of(r => r.AcceptedP99Ms), Of(r => r.Script), Of(r => r.Applied));
    }

    private static string Line(string name, Round round) => string.Create(CultureInfo.InvariantCulture, $"""
        {name}: accepted {round.Accepted:N0}/s (p99 {round.AcceptedP99Ms:N1} ms), bare endpoint {round.Bare:N0}/s, ratio {round.Accepted / round.Bare:N2}
        {name}: applied {Applied(round)}, server-side script {round.Script:N0}/s
        """);

    private static string Applied(Round round) => double.IsNaN(round.Applied)
        ? "as fast as accepted (no backlog was left to time)"
        : string.Create(CultureInfo.InvariantCulture, $"{round.Applied:N0}/s (ratio {round.Applied / round.Script:N2})");
}
