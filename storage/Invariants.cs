using Npgsql;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage;

/// <summary>What one check found.</summary>
/// <param name="Id">The invariant, "I13".</param>
/// <param name="Claim">What must hold, in a few words.</param>
/// <param name="Counted">How many things were looked at.</param>
/// <param name="Violations">How many of them break it; 0 is clean.</param>
/// <param name="Example">The first that breaks it, enough to find it again; null when clean.</param>
public sealed record InvariantResult(string Id, string Claim, long Counted, long Violations, string? Example);

/// <summary>
/// The invariants that the books alone can answer. Read-only. What belongs to a payment is checked a range of payments at a time, so
/// that neither memory nor the time of one statement grows with the books.
/// </summary>
public sealed class Invariants(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// The statements give offences as text; their count and the smallest of them are what a person needs first. A payment's rows change in
    /// one transaction, so that each statement sees all of a change or nothing.
    /// </summary>
    /// <param name="OfPayments">Looks at payments with $1 &lt; id &lt;= $2 and what is theirs.</param>
    /// <param name="OfAll">Looks at everything.</param>
    internal sealed record Check(string Id, string Claim, string Counted, string? OfPayments, string? OfAll = null);

    private readonly record struct Range(Guid From, Guid To);

    private const int LongSeconds = 3600;
    private static readonly Check[] checks = [.. BookInvariants.Checks, .. OperationInvariants.Checks];

    /// <summary>Payments at a time. Their rows fit into the memory of a sort or a hash.</summary>
    public int RangeSize { get; init; } = 50_000;

    /// <summary>Gets how many ranges are done, of how many. Called by several threads.</summary>
    public Action<int, int> Progress { get; init; } = (_, _) => { };

    public async Task<IReadOnlyList<InvariantResult>> CheckAsync(CancellationToken cancellationToken)
    {
        var results = new InvariantResult[checks.Length];
        for (var i = 0; i < checks.Length; i++)
        {
            await using var count = dataSource.CreateCommand(checks[i].Counted);
            count.CommandTimeout = LongSeconds;
            results[i] = new InvariantResult(
                checks[i].Id, checks[i].Claim, (long)(await count.ExecuteScalarAsync(cancellationToken))!, 0, null);
        }
        await AddAsync(results, check => check.OfAll, null, cancellationToken);
        var ranges = await RangesAsync(cancellationToken);
        var done = 0;
        await Parallel.ForEachAsync(
            ranges, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (range, token) =>
            {
                await AddAsync(results, check => check.OfPayments, range, token);
                Progress(Interlocked.Increment(ref done), ranges.Count);
            });
        return [.. results, await LegalMovesAsync(cancellationToken)];
    }

    private const string NextSql = """
        SELECT id
        FROM books.payments
        WHERE id > $1
        ORDER BY id
        OFFSET $2
        LIMIT 1
        """;

    /// <summary>All ids there can be, cut where the payments are: what has no payment lies in one of the ranges, too.</summary>
    private async Task<List<Range>> RangesAsync(CancellationToken cancellationToken)
    {
        var ranges = new List<Range>();
        var from = Guid.Empty;
        while (true)
        {
            await using var next = dataSource.CreateCommand(NextSql).With(from).With(RangeSize - 1);
            var to = await next.ExecuteScalarAsync(cancellationToken) as Guid?;
            ranges.Add(new Range(from, to ?? Guid.AllBitsSet));
            if (to is null) return ranges;
            from = to.Value;
        }
    }

    private const string SettingsSql = """
        SET LOCAL work_mem = '64MB';
        SET LOCAL max_parallel_workers_per_gather = 0;
        SET LOCAL plan_cache_mode = force_custom_plan;
        """;

    // The statements of a range join some ten thousand rows with as many: that is a merge or a hash, in memory. From ten million
    // payments on, a range lies between two marks of the planner's statistics, which then take it for a single row, and each of the ten
    // thousand would be held against each.
    internal const string RangeSettingsSql = $"""
        {SettingsSql}
        SET LOCAL enable_nestloop = off;
        """;

    private async Task AddAsync(
        InvariantResult[] results, Func<Check, string?> statement, Range? range, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var settings = new NpgsqlCommand(range is null ? SettingsSql : RangeSettingsSql, connection))
            await settings.ExecuteNonQueryAsync(cancellationToken);
        for (var i = 0; i < checks.Length; i++)
        {
            if (statement(checks[i]) is not { } offences) continue;
            await using var command = new NpgsqlCommand(
                $"SELECT count(*), min(offence) FROM ({offences}) AS offences (offence)", connection) { CommandTimeout = LongSeconds };
            if (range is { } of) command.With(of.From).With(of.To);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            var (violations, example) = (row.GetInt64(0), row.Text(1));
            if (violations == 0) continue;
            lock (results)
                results[i] = results[i] with
                {
                    Violations = results[i].Violations + violations,
                    Example = Least(results[i].Example, example),
                };
        }
    }

    private static string? Least(string? one, string? other) =>
        one is null || string.CompareOrdinal(other, one) < 0 ? other : one;

    private const string MovesSql = """
        SELECT from_status, to_status, count(*), min(event_id)
        FROM books.transitions
        GROUP BY from_status, to_status
        """;

    /// <summary>The fold's own table of moves, held against what was stored.</summary>
    private async Task<InvariantResult> LegalMovesAsync(CancellationToken cancellationToken)
    {
        var result = new InvariantResult("I8", "every transition is in the table of legal moves", 0, 0, null);
        await using var command = dataSource.CreateCommand(MovesSql);
        command.CommandTimeout = LongSeconds;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var (from, to, count) = (row.GetString(0), row.GetString(1), row.GetInt64(2));
            result = result with { Counted = result.Counted + count };
            if (!PaymentStatusMoves.IsAllowed(Status(from), Status(to)))
                result = result with { Violations = result.Violations + count, Example = $"{row.Text(3)}: {from} to {to}" };
        }
        return result;
    }

    private static PaymentStatus Status(string name) =>
        Enum.GetValues<PaymentStatus>().First(status => PaymentStatusNames.Of(status) == name);
}
