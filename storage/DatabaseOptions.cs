using System.ComponentModel.DataAnnotations;

namespace PaymentPipeline.Storage;

/// <summary>Where the books are.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Npgsql's connection string. No default.</summary>
    [Required(AllowEmptyStrings = false)]
    public string ConnectionString { get; set; } = "";

    /// <summary>Whether a service applies missing migrations when it starts. Default true; off where a job does it.</summary>
    public bool MigrateAtStart { get; set; } = true;

    /// <summary>Connections of one process at most, from 2 to 200. Default 20.</summary>
    [Range(2, 200)]
    public int MaxConnections { get; set; } = 20;

    /// <summary>After how long a statement is given up. Default 30 seconds.</summary>
    [Range(1, 600)]
    public int StatementTimeoutSeconds { get; set; } = 30;

    /// <summary>How long a fact about an unknown payment waits before it founds an external payment. Default 24 hours.</summary>
    [Range(1, 31 * 24 * 3600)]
    public int ParkedDeadlineSeconds { get; set; } = 24 * 3600;
}
