using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace PaymentPipeline.Load.Results;

/// <summary>Finds out what a run ran on: from the kernel, and from PostgreSQL itself.</summary>
internal static class MachineReader
{
    private const string Unknown = "unknown";

    // What a durable answer rests on, and what else moves the figures most.
    private static readonly string[] ServerSettings =
    [
        "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "wal_compression", "commit_delay", "shared_buffers",
        "max_wal_size", "min_wal_size", "checkpoint_timeout", "autovacuum",
    ];

    /// <summary>The machine under a running system, with its broker where it has one.</summary>
    public static async Task<Machine> ReadAsync(RunningSystem system, CancellationToken cancellationToken = default)
    {
        await using var database = NpgsqlDataSource.Create(system.ConnectionString);
        var machine = await ReadAsync(database, cancellationToken);
        return system.Engine == "kafka"
            ? await machine.WithKafkaAsync(system.Setting("EventLog__Kafka__BootstrapServers"))
            : machine;
    }

    /// <summary>The machine without a broker; <see cref="KafkaMachine"/> adds that.</summary>
    public static async Task<Machine> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        var durability = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ServerSettings) durability[$"postgres {name}"] = await ShowAsync(database, name, cancellationToken);
        return new Machine
        {
            Cpu = Line("/proc/cpuinfo", "model name") ?? $"{RuntimeInformation.ProcessArchitecture}",
            Cores = Environment.ProcessorCount,
            Memory = Kilobytes(Line("/proc/meminfo", "MemTotal")) * 1024,
            Os = Line("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription,
            Kernel = File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : Unknown,
            DotNet = $"{Environment.Version}",
            PostgreSql = await ShowAsync(database, "server_version", cancellationToken),
            Durability = durability,
        };
    }

    private static async Task<string> ShowAsync(NpgsqlDataSource database, string setting, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(current_setting($1, true), 'unknown')");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setting });
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string? Line(string file, string name, char separator = ':') => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[^1].Trim()
        : null;

    private static long Kilobytes(string? text) =>
        text is null ? 0 : long.Parse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);
}
