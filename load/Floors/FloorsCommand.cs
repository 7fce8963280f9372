using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace PaymentPipeline.Load.Floors;

/// <summary>Measures every floor once, on the servers of a running system.</summary>
internal static class FloorsCommand
{
    private const int Connections = 256;

    public static Command Build()
    {
        var data = RunningSystem.DataOption();
        var operations = new Option<int>("--operations") { Description = "Of each floor.", DefaultValueFactory = _ => 60_000 };
        var command = new Command("floors",
            "What the same machine and servers do without the pipeline, beside a running './pipeline up --idle'.") { data, operations };
        command.SetAction(parsed => RunAsync(RunningSystem.Read(parsed.GetValue(data)!), parsed.GetValue(operations)));
        return command;
    }

    private static async Task<int> RunAsync(RunningSystem system, int operations)
    {
        Print("bare endpoint", await BareAsync(system, operations, hmac: false));
        Print("bare endpoint with one HMAC", await BareAsync(system, operations, hmac: true));
        Print("server-side script, 500 a transaction, 1 connection",
            await ServerSideScript.MeasureAsync(system.ConnectionString, operations));
        Print("one transaction per event, 16 connections", await EventTransactions.MeasureAsync(system.ConnectionString, operations / 4));
        Print("PostgreSQL append by COPY, 500 a commit, 1 connection",
            await PostgresAppend.MeasureAsync(system.ConnectionString, operations));
        if (system.Engine == "kafka")
            Print("Kafka, one producer, acks=all",
                await KafkaProduce.MeasureAsync(system.Setting("EventLog__Kafka__BootstrapServers"), operations));
        return 0;
    }

    /// <returns>Requests a second.</returns>
    public static async Task<double> BareAsync(RunningSystem system, int requests, bool hmac)
    {
        using var server = await BareEndpoint.StartAsync(system.Ingress.Port + 50, hmac);
        var run = Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture);
        var ready = SignedWebhooks.Build(requests, "whsec_floor", $"{server.Address}", run);
        var driven = await SocketDriver.DriveAsync([server.Address], ready, Connections);
        return driven.PerSecond;
    }

    private static void Print(string floor, double rate) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{floor,-56} {rate,9:N0}/s"));
}
