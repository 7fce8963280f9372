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
    /// How long a record waits for company, in milliseconds. Company gathers by itself while earlier requests are under way, so a
    /// small value costs no throughput and keeps a quiet log quick.
    /// </summary>
    [Range(0.0, 100.0)]
    public double LingerMs { get; set; } = 0.5;

    /// <summary>How long a rebalance waits for the work in hand to be finished and committed; at most half of the lease is used.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RevocationGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Records fetched ahead of the caller.</summary>
    [Range(100, 100_000)]
    public int FetchAheadRecords { get; set; } = 4_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SecurityProtocol.StartsWith("sasl", StringComparison.Ordinal)) yield break;
        if (string.IsNullOrEmpty(SaslMechanism) || string.IsNullOrEmpty(SaslUsername) || string.IsNullOrEmpty(SaslPassword))
            yield return new ValidationResult("SaslMechanism, SaslUsername and SaslPassword are all needed with a sasl protocol.");
    }
}
