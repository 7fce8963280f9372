using Npgsql;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>Parameters of reads for callers: short, positional.</summary>
internal static class VisibilityParameters
{
    public static NpgsqlCommand With<TValue>(this NpgsqlCommand command, TValue value)
    {
        command.Parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value });
        return command;
    }

    /// <summary>Two parameters: the gateways and, beside them, the accounts that the caller may see.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, Visibility visibility)
    {
        ArgumentNullException.ThrowIfNull(visibility);
        return command
            .With<string[]>([.. visibility.Accounts.Select(seen => seen.Gateway)])
            .With<string[]>([.. visibility.Accounts.Select(seen => seen.Account)]);
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await row.ReadAsync(cancellationToken)) rows.Add(read(row));
        return rows;
    }

    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
