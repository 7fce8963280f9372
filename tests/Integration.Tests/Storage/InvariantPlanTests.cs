using Npgsql;
using PaymentPipeline.Storage;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>verify must end in large books, too: what it asks of a range of payments takes time in proportion to the range.</summary>
public sealed class InvariantPlanTests(Books books) : IClassFixture<Books>
{
    public static TheoryData<string> Checked =>
        [.. BookInvariants.Checks.Concat(OperationInvariants.Checks).Where(check => check.OfPayments is not null).Select(check => check.Id)];

    /// <summary>
    /// In small books the planner takes a range for one row or two, as it does in those of ten million payments, and joins row by row.
    /// </summary>
    [Theory, MemberData(nameof(Checked))]
    public async Task No_row_of_a_range_is_held_against_each_of_the_others(string id)
    {
        var check = BookInvariants.Checks.Concat(OperationInvariants.Checks).Single(one => one.Id == id);
        await using var connection = await books.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var settings = new NpgsqlCommand(Invariants.RangeSettingsSql, connection)) await settings.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand($"EXPLAIN {check.OfPayments}", connection)
        {
            Parameters = { new() { Value = Guid.Empty }, new() { Value = Guid.AllBitsSet } },
        };
        await using var plan = await explain.ExecuteReaderAsync();

        while (await plan.ReadAsync()) Assert.DoesNotContain("Nested Loop", plan.GetString(0), StringComparison.Ordinal);
    }
}
