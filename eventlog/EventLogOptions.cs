using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog.Kafka;

namespace PaymentPipeline.EventLog;

/// <summary>Settings of the event log; <c>EventLog__…</c> in the environment.</summary>
public sealed class EventLogOptions
{
    public const string Section = "EventLog";

    /// <summary><c>postgres</c> or <c>kafka</c>.</summary>
    [Required, RegularExpression("^(postgres|kafka)$")]
    public string Engine { get; set; } = "postgres";

    /// <summary>Partitions of each topic made from now on; an existing topic keeps its number.</summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = 8;

    /// <summary>Appends waiting beyond this are refused, so that a slow log cannot fill the memory.</summary>
    [Range(1, 1_000_000)]
    public int AppendQueueRecordsMax { get; set; } = 20_000;

    /// <summary>The same bound in bytes of values: 64 MiB.</summary>
    [Range(1_048_576, 4_294_967_296)]
    public long AppendQueueBytesMax { get; set; } = 67_108_864;

    /// <summary>
    /// An append not durable after this is answered with <see cref="EventLogUnavailableException"/>; below the gateways' ten seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a silent consumer keeps its partitions; it renews three times as often.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    [ValidateObjectMembers]
    public PostgresLogOptions Postgres { get; set; } = new();

    [ValidateObjectMembers]
    public KafkaLogOptions Kafka { get; set; } = new();
}

/// <summary>Settings of the PostgreSQL engine.</summary>
public sealed class PostgresLogOptions
{
    /// <summary>Where the log's schema lives. Absent: <c>Database__ConnectionString</c>, beside the books.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Records of one append transaction at most.</summary>
    [Range(1, 10_000)]
    public int AppendBatchMax { get; set; } = 1_000;

    /// <summary>Bytes of values of one append transaction at most (one larger record goes alone): 4 MiB.</summary>
    [Range(65_536, 268_435_456)]
    public long AppendBatchBytesMax { get; set; } = 4_194_304;

    /// <summary>
    /// Append transactions at a time. Each serves its own share of the partitions, so they never wait for each other. One makes the
    /// largest batches and costs the least (ADR 19); more help where commits are slow and processors idle.
    /// </summary>
    [Range(1, 16)]
    public int AppendsInFlight { get; set; } = 1;

    /// <summary>
    /// Where the last transaction of a lane was for two callers or more, the next begins this long after it began, unless 64 records
    /// have come. Default 8 ms. A caller who comes alone never waits.
    /// </summary>
    [Range(0, 100)]
    public int AppendGapMs { get; set; } = 8;

    /// <summary>Table partitions, one per day, made ahead of time.</summary>
    [Range(1, 60)]
    public int DaysAhead { get; set; } = 3;
}
