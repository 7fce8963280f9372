using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PaymentPipeline.Load.Growth;

/// <summary>Grows the books of a running system, to measure it when they are large.</summary>
internal static class GrowCommand
{
    private sealed record Settings(long Payments, int Chunk, int Connections, string Account);

    public static Command Build()
    {
        var data = RunningSystem.DataOption();
        var payments = new Option<long>("--payments") { Description = "How many to add.", DefaultValueFactory = _ => 10_000_000 };
        var chunk = new Option<int>("--chunk") { Description = "Payments a transaction.", DefaultValueFactory = _ => 100_000 };
        var connections = new Option<int>("--connections") { Description = "Transactions at a time. Default: one per core.",
            DefaultValueFactory = _ => Environment.ProcessorCount };
        var account = new Option<string>("--account") { Description = "The gateway account that gets them.",
            DefaultValueFactory = _ => "default" };
        var command = new Command("grow", """
            Adds finished payments with all their rows to the books of a './pipeline up --idle'. For measurements only: nothing removes
            them, and the log has no records of them.
            """) { data, payments, chunk, connections, account };
        command.SetAction((parsed, cancellationToken) => RunAsync(RunningSystem.Read(parsed.GetValue(data)!), new Settings(
            parsed.GetValue(payments), parsed.GetValue(chunk), parsed.GetValue(connections), parsed.GetValue(account)!),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunningSystem system, Settings settings, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(system.ConnectionString);
        var started = Stopwatch.GetTimestamp();
        var growth = await new Grower(database, TimeProvider.System).GrowAsync(
            settings.Payments, settings.Chunk, settings.Connections, settings.Account,
            written => Console.WriteLine(Progress(written, settings.Payments, Stopwatch.GetElapsedTime(started))), cancellationToken);
        Console.WriteLine(growth.Text());
        return 0;
    }

    private static string Progress(long written, long payments, TimeSpan elapsed)
    {
        var rate = written / elapsed.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"{written:N0} of {payments:N0} payments, {rate:N0}/s, {TimeSpan.FromSeconds((payments - written) / rate):h\\:mm\\:ss} left");
    }
}
