using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Ops.Verify;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Checks every invariant that the stores can answer, a line each. Exit status 1 on any violation.</summary>
internal static class VerifyCommand
{
    private const int WaitSecondsDefault = 60;

    public static Command Build()
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var wait = new Option<int>("--wait") { Description = "Seconds to wait at most until the processors have caught up.",
            DefaultValueFactory = _ => WaitSecondsDefault };
        var command = new Command("verify",
            "Checks every invariant that the stores can answer, a line each; exit status 1 on a violation.") { json, wait, data }
            .WithExample("./pipeline verify --json | jq 'select(.violations > 0)'");
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(data)!, parsed.GetValue(json), parsed.GetValue(wait), cancellationToken));
        return command;
    }

    /// <summary>As <c>up</c> ends with it.</summary>
    public static Task<int> RunAsync(DirectoryInfo data, CancellationToken cancellationToken) =>
        RunAsync(data, json: false, WaitSecondsDefault, cancellationToken);

    private static async Task<int> RunAsync(DirectoryInfo data, bool json, int waitSeconds, CancellationToken cancellationToken)
    {
        var configuration = SystemState.Configuration(data);
        void Progress(string line) => Console.Error.WriteLine($"verify: {line}");
        await WaitUntilQuietAsync(configuration, TimeSpan.FromSeconds(waitSeconds), Progress, cancellationToken);
        var results = await Verifier.RunAsync(configuration, Truth.Find(data), Progress, cancellationToken);
        foreach (var result in results) Console.WriteLine(json ? JsonSerializer.Serialize(result, VerifyJson.Default.InvariantResult)
            : Line(result));
        var violations = results.Sum(result => result.Violations);
        if (!json) Console.WriteLine(violations == 0 ? "verify: clean" : $"verify: {violations} violations");
        return violations == 0 ? 0 : 1;
    }

    private static string Line(InvariantResult result)
    {
        var verdict = result.Violations == 0 ? "ok  " : "FAIL";
        var line = string.Create(CultureInfo.InvariantCulture, $"{result.Id,-4} {verdict} {result.Counted,10:N0}  {result.Claim}");
        return result.Violations == 0 ? line
            : string.Create(CultureInfo.InvariantCulture, $"{line}: {result.Violations:N0} violations, first: {result.Example}");
    }

    // The invariants speak of a system at rest. While traffic goes on the figures move, but nothing may be broken all the same.
    private static async Task WaitUntilQuietAsync(
        IConfiguration configuration, TimeSpan limit, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var services = LogAccess.Services(configuration);
        var log = services.GetRequiredService<IEventLog>();
        await using var database = NpgsqlDataSource.Create(configuration["Database:ConnectionString"]!);
        var books = new BooksReader(database);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < limit)
        {
            var lag = await LogAccess.LagAsync(log, Verifier.WebhookTopics, cancellationToken);
            var outbox = await books.OutboxAsync(cancellationToken);
            if (lag == 0 && outbox == 0) return;
            progress($"waiting for the processors: lag {lag}, outbox {outbox}");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
        progress("the system is still busy: checking it as it is");
    }
}

[JsonSerializable(typeof(InvariantResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class VerifyJson : JsonSerializerContext;
