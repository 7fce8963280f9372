using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace PaymentPipeline.Load;

/// <summary>
/// Payments created a second through the whole API, with a gateway that answers at once (the simulator), and how long one takes at
/// half of that rate; in the same round the floors: the simulator asked directly for the same payment, and an answer without any
/// work. Webhooks and events of the payments flow meanwhile, as they do in earnest.
/// </summary>
internal static class ApiBenchCommand
{
    private static readonly TimeSpan quietAtMost = TimeSpan.FromMinutes(5);

    private sealed record Settings(int Rounds, TimeSpan Seconds, TimeSpan WarmUp, int Connections, int Seed, bool Json);

    public static Command Build()
    {
        var data = RunningSystem.DataOption();
        var token = new Option<string?>("--token") { Description = "A token for the API. Default: one of the development key." };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "Of each measurement.", DefaultValueFactory = _ => 10 };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds before each that are not counted.",
            DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "Keep-alive connections.", DefaultValueFactory = _ => 64 };
        var seed = new Option<int>("--seed") { Description = "Of the amounts.", DefaultValueFactory = _ => 20261121 };
        var json = new Option<bool>("--json") { Description = "One JSON object with every round, nothing else." };
        var command = new Command("api", """
            Payments created a second and their latency, against a running './pipeline up --idle'. Above 1000 a second the limit of one
            caller is in the way: RateLimits__CallerPerSecond=1000000 RateLimits__CallerBurst=1000000 ./pipeline up --idle
            """) { data, token, rounds, seconds, warmUp, connections, seed, json };
        command.SetAction(parsed => RunAsync(RunningSystem.Read(parsed.GetValue(data)!), parsed.GetValue(token), new Settings(
            parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
            parsed.GetValue(connections), parsed.GetValue(seed), parsed.GetValue(json))));
        return command;
    }

    private static async Task<int> RunAsync(RunningSystem system, string? token, Settings settings)
    {
        var run = new string([.. Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture).Select(Letter)]);
        var requests = new ApiRequests(system, token ?? await DevelopmentToken.MakeAsync(system.Data), settings.Seed, run);
        var rounds = new List<ApiRound>();
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 1; round <= settings.Rounds; round++)
        {
            rounds.Add(await PlayAsync(system, requests, settings, errors));
            if (!settings.Json) Console.WriteLine(rounds[^1].Text($"round {round}"));
        }
        var report = new ApiReport(system.Engine, settings.Seed, settings.Connections, settings.Seconds.TotalSeconds, LoadAverage(),
            ApiRound.Median(rounds), rounds, errors);
        if (settings.Json) Console.WriteLine(report.Json());
        else Print(report);
        return errors.Count == 0 ? 0 : 1;
    }

    private static async Task<ApiRound> PlayAsync(
        RunningSystem system, ApiRequests requests, Settings settings, SortedDictionary<string, int> errors)
    {
        var api = new ApiDriver(system.Api, requests.Payment, expectedStatus: 201, settings.Connections);
        var simulator = new ApiDriver(system.Simulator, requests.StripePayment, expectedStatus: 200, settings.Connections);
        var live = new ApiDriver(system.Api, requests.Live, expectedStatus: 200, settings.Connections);

        var closed = Note("create", await api.ClosedAsync(settings.WarmUp, settings.Seconds), errors);
        await QuietAsync(system);
        var open = Note("create", await api.OpenAsync(Math.Max(1, closed.PerSecond / 2), settings.Seconds), errors);
        await QuietAsync(system);
        var direct = Note("simulator", await simulator.ClosedAsync(settings.WarmUp, settings.Seconds), errors);
        await QuietAsync(system);
        var bare = Note("live", await live.ClosedAsync(settings.WarmUp, settings.Seconds), errors);
        return new ApiRound(
            closed.PerSecond, Latencies.Ms(closed.Latencies, 0.99), open.PerSecond, Latencies.Ms(open.Latencies, 0.5),
            Latencies.Ms(open.Latencies, 0.9), Latencies.Ms(open.Latencies, 0.99), Latencies.Ms(open.Latencies, 0.999),
            Latencies.Ms(open.Lateness, 0.99), direct.PerSecond, bare.PerSecond);
    }

    private static ApiDrive Note(string part, ApiDrive drive, SortedDictionary<string, int> errors)
    {
        foreach (var (status, count) in drive.Errors)
        {
            var name = $"{part} {status}";
            errors[name] = errors.GetValueOrDefault(name) + count;
        }
        return drive;
    }

    /// <summary>Until the webhooks of the payments are delivered, applied and told: what follows is not measured in their wake.</summary>
    private static async Task QuietAsync(RunningSystem system)
    {
        using var http = new HttpClient();
        await using var database = NpgsqlDataSource.Create(system.ConnectionString);
        var started = Stopwatch.GetTimestamp();
        var (seen, quiet) = (-1L, 0);
        while (quiet < 4)
        {
            if (Stopwatch.GetElapsedTime(started) > quietAtMost) throw new TimeoutException("Webhooks flow five minutes later still.");
            await Task.Delay(250);
            var underWay = await WebhooksUnderWayAsync(http, system);
            var (applied, outbox) = await BooksAsync(database);
            quiet = underWay == 0 && outbox == 0 && applied == seen ? quiet + 1 : 0;
            seen = applied;
        }
    }

    private static async Task<int> WebhooksUnderWayAsync(HttpClient http, RunningSystem system)
    {
        using var summary = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{system.Simulator}/simulator/truth/summary")));
        return summary.RootElement.GetProperty("webhooksUnderWay").GetInt32();
    }

    private static async Task<(long Applied, long Outbox)> BooksAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "SELECT (SELECT count(*) FROM books.inbox), (SELECT count(*) FROM books.outbox)");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static void Print(ApiReport report)
    {
        Console.WriteLine(report.Median.Text($"median, {report.Engine}"));
        Console.WriteLine($"seed {report.Seed}, {report.Connections} connections, load average {report.LoadAverage}");
        Console.WriteLine(report.Errors.Count == 0
            ? "no errors"
            : $"errors: {string.Join(", ", report.Errors.Select(error => $"{error.Key}: {error.Value}"))} (0: no answer)");
        if (report.Errors.ContainsKey("create 429")) Console.WriteLine(
            "429: the limit of one caller. Start the system with RateLimits__CallerPerSecond=1000000 RateLimits__CallerBurst=1000000.");
    }

    private static char Letter(char hexDigit) => (char)('a' + Convert.ToInt32($"{hexDigit}", 16));

    private static string LoadAverage() => File.Exists("/proc/loadavg")
        ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3])
        : "unknown";
}
