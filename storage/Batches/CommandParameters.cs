using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Rows as parallel arrays, one positional parameter per column, for <c>unnest($1, $2, …)</c>.</summary>
internal static class CommandParameters
{
    public static NpgsqlBatchCommand Column<TRow, TValue>(
        this NpgsqlBatchCommand command, IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(rows[i]);
        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = column });
        return command;
    }

    /// <summary>UTF-8 JSON into jsonb.</summary>
    public static NpgsqlBatchCommand JsonColumn<TRow>(
        this NpgsqlBatchCommand command, IReadOnlyList<TRow> rows, Func<TRow, byte[]?> value)
    {
        command.Column(rows, value);
        command.Parameters[^1].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;
        return command;
    }

    /// <summary>One UTF-8 JSON document into jsonb.</summary>
    public static NpgsqlBatchCommand Json(this NpgsqlBatchCommand command, byte[]? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value is null ? DBNull.Value : value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        return command;
    }

    public static NpgsqlBatchCommand Value<TValue>(this NpgsqlBatchCommand command, TValue value)
    {
        command.Parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value });
        return command;
    }
}
