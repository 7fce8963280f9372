using Npgsql;

namespace PaymentPipeline.Storage;

public enum DatabaseErrorKind
{
    /// <summary>Another transaction was faster: the same transaction again, soon.</summary>
    Race,

    /// <summary>The data cannot be stored, however often it is tried.</summary>
    Data,

    /// <summary>The database is down, full, misconfigured or of the wrong version: nobody's data is to blame.</summary>
    Unavailable,
}

/// <summary>Sorts what PostgreSQL and the way to it can throw, by SQLSTATE and never by message.</summary>
public static class DatabaseErrors
{
    /// <summary>Null when the exception does not come from the database.</summary>
    public static DatabaseErrorKind? Classify(Exception exception) => exception switch
    {
        PostgresException postgres => OfState(postgres.SqlState),
        NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException => DatabaseErrorKind.Unavailable,
        _ => null,
    };

    /// <summary>What happened, by code and constraint: PostgreSQL's own message may quote the data.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        PostgresException { ConstraintName: { Length: > 0 } constraint } postgres => $"SQLSTATE {postgres.SqlState}, {constraint}",
        PostgresException postgres => $"SQLSTATE {postgres.SqlState}",
        _ => exception?.GetType().Name ?? "",
    };

    /// <summary>Ours, from <c>books.require_nothing_waits</c>: events of other transactions must be published before this one's.</summary>
    internal const string EventsWait = "PPW01";

    private static DatabaseErrorKind OfState(string state) => state switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.LockNotAvailable or EventsWait => DatabaseErrorKind.Race,
        // Class 22 is "data exception" (a NUL in text, a number out of range), class 23 a violated constraint.
        _ when state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
            => DatabaseErrorKind.Data,
        _ => DatabaseErrorKind.Unavailable,
    };
}
