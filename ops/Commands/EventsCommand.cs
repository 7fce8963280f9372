using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.EventLog;
using PaymentPipeline.Ops.Running;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Prints payment.events, from either engine, in the order of each partition.</summary>
internal static class EventsCommand
{
    private const int PageSize = 500;

    public static Command Build()
    {
        var follow = new Option<bool>("--follow") { Description = "Stay and print new events as they come, until Ctrl-C." };
        var from = new Option<string>("--from")
        {
            Description = "Where to start: 'beginning', 'end', a time (2026-11-21T10:00:00Z), or PARTITION:OFFSET.",
            DefaultValueFactory = _ => "beginning",
        };
        var payment = new Option<string?>("--payment") { Description = "Only events of this payment (pay_...)." };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("events", "Prints payment.events, from either engine.") { follow, json, from, payment, data }
            .WithExample("./pipeline events --follow --json --payment pay_01995c0ffee07000800000000000abcd");
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(data)!, parsed.GetValue(from)!, parsed.GetValue(follow), parsed.GetValue(json), parsed.GetValue(payment),
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo data, string from, bool follow, bool json, string? payment,
        CancellationToken cancellationToken)
    {
        await using var services = LogAccess.Services(SystemState.Configuration(data));
        var log = services.GetRequiredService<IEventLog>();
        var positions = await StartAsync(log, from, cancellationToken);
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 1 << 16);
        while (true)
        {
            var printed = await PrintPageAsync(log, positions, output, json, payment, cancellationToken);
            if (printed > 0) continue;
            await output.FlushAsync(cancellationToken);
            if (!follow) return 0;
            await log.WaitForAppendAsync([Topics.PaymentEvents], TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    /// <returns>How many records were read; 0 at the end of all partitions.</returns>
    private static async Task<int> PrintPageAsync(
        IEventLog log, Dictionary<TopicPartition, long> positions, TextWriter output, bool json, string? payment,
            CancellationToken cancellationToken)
    {
        var read = 0;
        foreach (var partition in positions.Keys.OrderBy(partition => partition.Number).ToList())
        {
            var records = await log.ReadAsync(partition, positions[partition], PageSize, cancellationToken);
            foreach (var record in records)
                if (payment is null || record.Key == payment)
                    await output.WriteLineAsync(json ? Encoding.UTF8.GetString(record.Value.Span) : Line(record));
            if (records.Count > 0) positions[partition] = records[^1].Offset + 1;
            read += records.Count;
        }
        return read;
    }

    private static async Task<Dictionary<TopicPartition, long>> StartAsync(IEventLog log, string from, CancellationToken cancellationToken)
    {
        var offsets = await log.GetOffsetsAsync(Topics.PaymentEvents, cancellationToken);
        if (from == "beginning") return offsets.ToDictionary(pair => pair.Key, pair => pair.Value.First);
        if (from == "end") return offsets.ToDictionary(pair => pair.Key, pair => pair.Value.Next);
        if (PartitionAndOffset(from) is var (number, offset))
        {
            var partition = new TopicPartition(Topics.PaymentEvents, number);
            if (!offsets.TryGetValue(partition, out var range)) throw new UserErrorException(
                $"--from {from}: {Topics.PaymentEvents} has partitions 0 to {offsets.Count - 1}.");
            if (offset < range.First || offset > range.Next) throw new UserErrorException(
                $"--from {from}: partition {number} has offsets {range.First} to {range.Next}.");
            return new() { [partition] = offset };
        }
        if (DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return new(await log.FindOffsetsAsync(Topics.PaymentEvents, time, cancellationToken));
        throw new UserErrorException(
            $"--from {from}: say 'beginning', 'end', a time such as 2026-11-21T10:00:00Z, or PARTITION:OFFSET such as 3:1500.");
    }

    private static (int Partition, long Offset)? PartitionAndOffset(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? (partition, offset)
            : null;
    }

    // time  type  key  sequence  status  amounts: what a person looks for first.
    private static string Line(LogRecord record)
    {
        using var document = JsonDocument.Parse(record.Value);
        var root = document.RootElement;
        var line = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{record.Partition.Number}:{record.Offset,-8} ")
            .Append(CultureInfo.InvariantCulture,
                $"{Text(root, "time"),-25} {Text(root, "type"),-22} {record.Key} #{Text(root, "sequence"),-3}");
        if (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
            foreach (var (name, label) in new[] { ("status", ""), ("currency", ""), ("amountAuthorized", "authorized "),
                ("amountCaptured", "captured "), ("amountRefunded", "refunded "), ("orderId", "") })
                if (data.TryGetProperty(name, out _)) line.Append(CultureInfo.InvariantCulture, $" {label}{Text(data, name)}");
        return line.ToString();
    }

    private static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "-";
}
