using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>What the database refuses, whoever asks.</summary>
public sealed class GuardTests(Books books) : IClassFixture<Books>
{
    [Theory]
    [InlineData("captured = authorized + 1", "payments_captured_within_authorized")]
    [InlineData("captured = -1", "payments_captured_within_authorized")]
    [InlineData("refunded = captured + 1", "payments_refunded_within_captured")]
    [InlineData("refund_pending = captured, refunded = 1", "payments_refunded_within_captured")]
    [InlineData("refunded = -1", "payments_refunded_check")]
    [InlineData("refund_pending = -1", "payments_refund_pending_check")]
    [InlineData("disputed = -1", "payments_disputed_check")]
    [InlineData("version = -1", "payments_version_check")]
    [InlineData("capture_reserved = 1, open_operations = 1", "payments_captured_within_authorized")]
    [InlineData("refund_reserved = captured + 1, open_operations = 1", "payments_refunded_within_captured")]
    [InlineData("refund_reserved = -1, open_operations = 1", "payments_refund_reserved_check")]
    [InlineData("refund_reserved = 1", "payments_reserve_only_for_operations")]
    public async Task I13_the_database_refuses_amounts_out_of_bounds(string change, string constraint)
    {
        await books.CommitAsync("evt_check", Fact(FactKind.Captured, "pi_check", "cap_check", 700));
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            books.ExecuteAsync($"UPDATE books.payments SET {change} WHERE gateway_payment_id = 'pi_check'"));
        Assert.Equal((PostgresErrorCodes.CheckViolation, constraint), (refused.SqlState, refused.ConstraintName));
    }

    [Theory]
    [InlineData("UPDATE books.journal SET amount = 1")]
    [InlineData("DELETE FROM books.journal")]
    [InlineData("TRUNCATE books.journal")]
    [InlineData("UPDATE books.transitions SET version = 9")]
    [InlineData("DELETE FROM books.transitions")]
    [InlineData("DELETE FROM books.inbox")]
    [InlineData("UPDATE books.inbox SET verdict = 'ignored'")]
    [InlineData("DELETE FROM books.payment_aliases")]
    [InlineData("DELETE FROM books.audit_batches")]
    [InlineData("DELETE FROM books.audit_chain")]
    public async Task I15_journal_history_and_claims_are_never_rewritten(string sql)
    {
        await books.CommitAsync("evt_append", Fact(FactKind.Captured, "pi_append", "cap_append", 700));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => books.ExecuteAsync(sql));
        Assert.Equal("23001", refused.SqlState);
    }

    [Fact]
    public async Task Text_that_cannot_be_stored_is_the_datas_fault_and_leaves_nothing_behind()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => books.CommitAsync(
            books.Record(Event("evt_nul_good", Fact(FactKind.Captured, "pi_nul", "cap_nul", 700))),
            books.Record(Event("evt_nul_bad", Fact(FactKind.Captured, "pi_nul\0", "cap_nul2", 700)))));
        Assert.Equal(DatabaseErrorKind.Data, DatabaseErrors.Classify(refused));
        Assert.Null(await books.FindAsync("pi_nul"));
    }

    [Fact]
    public async Task Workers_on_one_payment_at_the_same_time_lose_nothing_and_book_nothing_twice()
    {
        const int workers = 4, events = 40;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            // Every worker has all events, each in another order, and the payment is founded by whoever comes first.
            foreach (var i in Enumerable.Range(0, events).OrderBy(i => (i * 7 + worker * 11) % events))
                await books.CommitAsync($"evt_many_{i}", Fact(FactKind.Captured, "pi_many", $"cap_many_{i}", 10));
        })));

        var payment = (await books.FindAsync("pi_many"))!;
        Assert.Equal(events * 10, payment.AmountCaptured);
        Assert.Equal(events, await books.ScalarAsync<int>("SELECT count(*) FROM books.journal WHERE owner = @Id", new { payment.Id }));
        Assert.Equal(payment.Version, await books.ScalarAsync<int>(
            "SELECT max(version) FROM books.transitions WHERE payment_id = @Id", new { payment.Id }));
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.payments WHERE gateway_payment_id = 'pi_many'"));
    }

    [Fact]
    public async Task The_audit_chain_is_gapless_over_all_batches_and_made_of_their_digests()
    {
        await books.CommitAsync("evt_chain_audit", Fact(FactKind.Captured, "pi_chain_audit", "cap_ca", 700));
        var chain = new AuditChain(books.Database);
        // A link waits for every older transaction of the whole server, those of other tests among them.
        await Eventually.Async(async () =>
        {
            while (await chain.CloseAsync(3, CancellationToken.None) > 0) { }
            return await books.ScalarAsync<bool>(
                "SELECT (SELECT count(*) FROM books.audit_batches) = (SELECT count(*) FROM books.audit_chain)");
        }, TimeSpan.FromSeconds(60));

        Assert.Equal(0, await books.ScalarAsync<int>("""
            SELECT count(*)
            FROM (
                SELECT c.seq, c.hash, lag(c.hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY c.seq) AS previous, b.digest,
                    row_number() OVER (ORDER BY c.seq) AS expected
                FROM books.audit_chain AS c
                JOIN books.audit_batches AS b ON b.id = c.batch_id) AS link
            WHERE hash <> sha256(previous || digest) OR seq <> expected
            """));
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await books.ExecuteAsync("INSERT INTO books.migrations (number, name) VALUES (9999, 'later')");
        try
        {
            var migrator = new Migrator(books.Database);
            await Assert.ThrowsAsync<MigrationException>(() => migrator.MigrateAsync(CancellationToken.None));
            var reason = await new DatabaseHealth(books.Database, migrator).CheckAsync(CancellationToken.None);
            Assert.Contains("too old", reason, StringComparison.Ordinal);
        }
        finally
        {
            await books.ExecuteAsync("DELETE FROM books.migrations WHERE number = 9999");
        }
    }

    [Fact]
    public async Task Migrating_again_or_twice_at_once_changes_nothing()
    {
        var migrators = Enumerable.Range(0, 4).Select(_ => new Migrator(books.Database).MigrateAsync(CancellationToken.None));
        Assert.All(await Task.WhenAll(migrators), Assert.Empty);
        Assert.Null(await new DatabaseHealth(books.Database, new Migrator(books.Database)).CheckAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("inbox")]
    [InlineData("payments")]
    [InlineData("payment_aliases")]
    [InlineData("operations")]
    [InlineData("transitions")]
    [InlineData("journal")]
    [InlineData("feed")]
    [InlineData("outbox")]
    [InlineData("audit_batches")]
    public async Task What_the_apply_path_writes_is_seldom_analyzed_and_never_its_documents(string table)
    {
        var options = await books.ScalarAsync<string>(
            "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = ('books.' || @table)::regclass", new { table });
        Assert.Contains("autovacuum_analyze_threshold=100000,autovacuum_analyze_scale_factor=0.5", options, StringComparison.Ordinal);
        Assert.Equal(0, await books.ScalarAsync<int>("""
            SELECT count(*)
            FROM pg_attribute
            WHERE attrelid = ('books.' || @table)::regclass AND attnum > 0 AND attstattarget <> 0
                AND atttypid IN ('jsonb'::regtype, 'bytea'::regtype)
            """, new { table }));
    }
}
