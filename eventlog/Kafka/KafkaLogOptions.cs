using System.ComponentModel.DataAnnotations;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// Settings of the Kafka engine; <c>EventLog__Kafka__…</c> in the environment. Durability is not among them: appends are always
/// idempotent and acknowledged by all copies in sync.
/// </summary>
public sealed class KafkaLogOptions : IValidatableObject
{
    /// <summary><c>host:port,…</c>; required by the Kafka engine.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary><c>plaintext</c>, <c>ssl</c>, <c>sasl_plaintext</c> or <c>sasl_ssl</c>. With TLS, host names are always checked.</summary>
    [RegularExpression("^(sasl_)?(plaintext|ssl)$")]
    public string SecurityProtocol { get; set; } = "plaintext";

    /// <summary>Needed by the two sasl protocols, as are user name and password.</summary>
    [RegularExpression("^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$")]
    public string? SaslMechanism { get; set; }

    public string? SaslUsername { get; set; }

    public string? SaslPassword { get; set; }

    /// <summary>A PEM file of the roots to trust; absent: the system's.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>
    /// How long a record waits for company, in milliseconds. Company gathers by itself while the request before is under way; this is
    /// only for the records of one such group to go in one request.
    /// </summary>
    [Range(0.0, 100.0)]
    public double LingerMs { get; set; } = 0.5;

    /// <summary>
    /// Between requests of a partition where two callers or more came with the last one, in milliseconds, unless 16 records wait; 0: never.
    /// </summary>
    [Range(0, 100)]
    public int AppendGapMs { get; set; } = 25;

    /// <summary>
    /// Connections for appends, which divide the partitions. More of them let one broker sync more partitions to disk at a time; where
    /// copies in sync stand for the disk, 1 costs the least.
    /// </summary>
    [Range(1, 16)]
    public int Producers { get; set; } = 4;

    /// <summary>How long a rebalance waits for the work in hand to be finished and committed; at most half of the lease is used.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RevocationGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Records of each topic fetched ahead of the caller.</summary>
    [Range(100, 100_000)]
    public int FetchAheadRecords { get; set; } = 4_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SecurityProtocol.StartsWith("sasl", StringComparison.Ordinal)) yield break;
        if (string.IsNullOrEmpty(SaslMechanism) || string.IsNullOrEmpty(SaslUsername) || string.IsNullOrEmpty(SaslPassword))
            yield return new ValidationResult("SaslMechanism, SaslUsername and SaslPassword are all needed with a sasl protocol.");
    }
}
