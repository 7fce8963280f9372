using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>
/// Asks the stores, not the services: the log, the books, payment.events, and the simulator's truth where there is one.
/// The order of reading makes it safe on a live system: what is read later can only know more.
/// </summary>
internal static class Verifier
{
    public static readonly string[] WebhookTopics = [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal")];

    public static async Task<IReadOnlyList<InvariantResult>> RunAsync(
        IConfiguration configuration, Truth? truth, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var services = LogAccess.Services(configuration, withGateways: true);
        var log = services.GetRequiredService<IEventLog>();
        await using var database = NpgsqlDataSource.Create(configuration["Database:ConnectionString"]!);
        var books = new BooksReader(database);

        progress("reading payment.events ...");
        // Versions known and not staged before the topic is read must be on it; those known after it may explain what is on it.
        var staged = await books.StagedAsync(cancellationToken);
        var before = await books.VersionsAsync(cancellationToken);
        var published = new EventInvariants(log);
        await published.ReadAsync(cancellationToken);
        var committed = await log.GetCommittedAsync("processors", WebhookTopics, cancellationToken);

        progress("reading the books ...");
        var claims = await books.ClaimsAsync(cancellationToken);
        var payments = await books.PaymentsAsync(cancellationToken);
        var aliases = await books.AliasesAsync(cancellationToken);
        var versions = await books.VersionsAsync(cancellationToken);

        progress("reading the webhooks again ...");
        var webhooks = new WebhookInvariants(claims, await books.DeadAsync(cancellationToken));
        var orders = new OrderIndependence(payments, aliases);
        await orders.ReadOfApiAsync(books, cancellationToken);
        var scan = new WebhookScan(log, services.GetRequiredService<GatewayRegistry>());
        foreach (var topic in WebhookTopics)
            await foreach (var webhook in scan.ReadAsync(topic, cancellationToken))
            {
                var isApplied = webhook.Record.Offset < committed.GetValueOrDefault(webhook.Record.Partition);
                webhooks.Look(webhook, isApplied);
                orders.Collect(
                    webhook.Events.Where(gatewayEvent => !gatewayEvent.Ignored).SelectMany(gatewayEvent => gatewayEvent.Facts), isApplied);
            }

        progress("comparing ...");
        IEnumerable<InvariantResult> results =
        [
            .. webhooks.Results(truth, scan.Gaps),
            .. await new Invariants(database).CheckAsync(cancellationToken),
            LegalMoves(versions),
            orders.Check(),
            TruthInvariants.Check(truth, payments, aliases, versions),
            .. published.Results(before, versions, staged),
        ];
        return [.. results.OrderBy(result => int.Parse(result.Id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>I8: the fold's own table of moves, held against what was stored.</summary>
    private static InvariantResult LegalMoves(IEnumerable<StoredVersion> versions)
    {
        var tally = new Tally("I8", "every transition is in the table of legal moves");
        foreach (var version in versions)
            tally.Require(
                PaymentStatusMoves.IsAllowed(Status(version.From), Status(version.To)),
                () => $"{version.EventId}: {version.From} to {version.To}");
        return tally.Result;
    }

    private static PaymentStatus Status(string name) =>
        Enum.GetValues<PaymentStatus>().First(status => PaymentStatusNames.Of(status) == name);
}
