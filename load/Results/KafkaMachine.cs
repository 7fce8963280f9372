using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;

namespace PaymentPipeline.Load.Results;

/// <summary>What of a run's figures the broker decides: its version, the client's, and what "durable" means on its topics.</summary>
internal static partial class KafkaMachine
{
    private static readonly string[] settings = ["flush.messages", "min.insync.replicas"];

    /// <param name="machine">As <see cref="MachineReader"/> found it.</param>
    public static async Task<Machine> WithKafkaAsync(this Machine machine, string bootstrapServers)
    {
        NativeClient.Load();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        var topic = Topics.Webhooks("stripe");
        var metadata = admin.GetMetadata(topic, TimeSpan.FromSeconds(10));
        var partitions = metadata.Topics.Single().Partitions;
        var described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        var durability = new SortedDictionary<string, string>(machine.Durability.ToDictionary(), StringComparer.Ordinal)
        {
            ["kafka brokers"] = $"{metadata.Brokers.Count}",
            ["kafka partitions of a topic"] = $"{partitions.Count}",
            ["kafka copies"] = $"{partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty(0).Min()}",
        };
        foreach (var name in settings) durability[$"kafka {name}"] = described.Single().Entries[name].Value;
        return machine with { Kafka = BrokerVersion(), Librdkafka = Library.VersionString, Durability = durability };
    }

    // The protocol does not tell it; a broker on this machine has a jar open whose name does.
    private static string BrokerVersion() => Directory.EnumerateDirectories("/proc")
        .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
        .SelectMany(OpenFilesOfBroker)
        .Select(file => Jar().Match(file))
        .FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "unknown";

    private static List<string> OpenFilesOfBroker(string process)
    {
        try
        {
            if (!File.ReadAllText(Path.Combine(process, "cmdline")).Contains("kafka.Kafka", StringComparison.Ordinal)) return [];
            return [.. Directory.EnumerateFiles(Path.Combine(process, "fd")).Select(file => new FileInfo(file).LinkTarget ?? "")];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours to look at.
            return [];
        }
    }

    [GeneratedRegex(@"kafka-clients-(\d[\d.]*\d)\.jar")]
    private static partial Regex Jar();
}
