using System.ComponentModel.DataAnnotations;

namespace PaymentPipeline.Processors;

/// <summary>Settings of the processors; <c>Processors__…</c> in the environment.</summary>
internal sealed class ProcessorsOptions
{
    public const string Section = "Processors";

    /// <summary>The name in audit rows and leases. Default: machine and process id, which no two live processes share.</summary>
    [Required(AllowEmptyStrings = false)]
    public string WorkerName { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Records of one transaction at most. Default 500: larger ones gain little and lose more when they fail.</summary>
    [Range(1, 5_000)]
    public int BatchRecordsMax { get; set; } = 500;

    /// <summary>
    /// When webhooks come close together, a lane's transactions begin this far apart unless they are full. Default 3 ms on PostgreSQL:
    /// without, a process that has just started does small transactions, slowly, and falls behind; 10 ms on Kafka, where each has a
    /// publication of its own after it (ADR 24). A webhook that comes alone never waits.
    /// </summary>
    [Range(0, 1_000)]
    public int? BatchGapMs { get; set; }

    public TimeSpan BatchGapOn(string engine) => TimeSpan.FromMilliseconds(BatchGapMs ?? (engine == "kafka" ? 10 : 3));

    /// <summary>Transactions at a time; each serves its own share of the partitions. Default 2.</summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = 2;

    /// <summary>How often a record that cannot be stored is tried before it is quarantined. Default 5.</summary>
    [Range(1, 100)]
    public int RecordTriesMax { get; set; } = 5;

    /// <summary>Events of one outbox shard that are published at a time. Default 200; there are 16 shards.</summary>
    [Range(1, 5_000)]
    public int OutboxShardBatchMax { get; set; } = 200;

    /// <summary>How often the outbox is looked at without a call. Default 100 ms: what another worker committed waits this long.</summary>
    [Range(5, 60_000)]
    public int OutboxPollMs { get; set; } = 100;

    /// <summary>How long a publisher that fell silent keeps its shards. Default 10 seconds.</summary>
    [Range(1, 300)]
    public int OutboxLeaseSeconds { get; set; } = 10;

    /// <summary>How often parked facts, the audit chain and the gauges are attended to. Default one second.</summary>
    [Range(50, 3_600_000)]
    public int MaintenanceMs { get; set; } = 1_000;

    /// <summary>How long <c>GET /v1/events</c> can go back. Default 30 days; the events' table grows by them.</summary>
    [Range(1, 3_650)]
    public int FeedKeptDays { get; set; } = 30;

    /// <summary>
    /// How long the log keeps its records, webhooks and outgoing events. Default 30 days; webhooks that are not processed yet stay longer.
    /// </summary>
    [Range(1, 3_650)]
    public int LogKeptDays { get; set; } = 30;

    /// <summary>How often what is too old is taken out. Default 60.</summary>
    [Range(1, 1_440)]
    public int RetentionMinutes { get; set; } = 60;
}
