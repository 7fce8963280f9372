namespace PaymentPipeline.Storage;

/// <summary>The database cannot be brought to, or is not of, the version of this program. The message names the remedy.</summary>
public sealed class MigrationException : Exception
{
    public MigrationException() { }
    public MigrationException(string message) : base(message) { }
    public MigrationException(string message, Exception innerException) : base(message, innerException) { }
}
