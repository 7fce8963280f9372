using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.Core.Events;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Checking;

namespace PaymentPipeline.Ops.Verify;

/// <summary>
/// Asks the stores, not the services: the log, the books, payment.events, and the simulator's truth where there is one.
/// The order of reading makes it safe on a live system: what is read later can only know more. What is large is never held here: it
/// goes to the database's temporary tables, and is compared there.
/// </summary>
internal sealed class Verifier(IEventLog log, GatewayRegistry gateways, NpgsqlDataSource database, Truth? truth, Action<string> progress)
{
    private const string NoTruth =
        "status, amounts and events of every payment are the gateway's: not checked, there is no ground truth here";

    public static readonly string[] WebhookTopics = [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal")];

    public static async Task<IReadOnlyList<InvariantResult>> RunAsync(
        IConfiguration configuration, Truth? truth, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var services = LogAccess.Services(configuration, withGateways: true);
        await using var database = NpgsqlDataSource.Create(configuration["Database:ConnectionString"]!);
        var verifier = new Verifier(
            services.GetRequiredService<IEventLog>(), services.GetRequiredService<GatewayRegistry>(), database, truth, progress);
        var results = await verifier.CheckAsync(cancellationToken);
        return [.. results.OrderBy(result => int.Parse(result.Id.AsSpan(1), CultureInfo.InvariantCulture))];
    }

    private async Task<List<InvariantResult>> CheckAsync(CancellationToken cancellationToken)
    {
        await using var scratch = await Scratch.OpenAsync(database, cancellationToken);
        progress("reading payment.events ...");
        var events = new EventScan(log, scratch, TimeProvider.System);
        await events.ReadAsync(cancellationToken);
        var committed = await log.GetCommittedAsync("processors", WebhookTopics, cancellationToken);

        progress("reading the webhooks again ...");
        var orders = await OrderIndependence.DrawAsync(new BooksReader(database), await RangesAsync(cancellationToken), cancellationToken);
        var scan = new WebhookScan(gateways, orders, committed, progress);
        var pages = WebhookTopics.Select(topic => new LogPages(log, topic)).ToList();
        foreach (var topic in pages) await scratch.TakeAsync(scan.ReadAsync(topic, cancellationToken), cancellationToken);
        await scratch.TakeAsync(pages.SelectMany(topic => topic.Ranges), cancellationToken);
        if (truth is not null) await TakeAsync(scratch, truth, pages, cancellationToken);

        progress("comparing the log with the books ...");
        List<InvariantResult> results =
        [
            .. await events.CheckAsync(cancellationToken),
            .. await new WebhookChecks(scratch).CheckAsync(truth is not null, cancellationToken),
            scan.Gaps(),
            orders.Check(),
            truth is null ? new InvariantResult("I10", NoTruth, 0, 0, null)
                : await new TruthChecks(scratch).CheckAsync(cancellationToken),
        ];
        progress("checking the books ...");
        results.AddRange(await new Invariants(database) { Progress = Tell }.CheckAsync(cancellationToken));
        return results;
    }

    private void Tell(int done, int ranges)
    {
        // At most twenty lines, however large the books.
        if (ranges > 1 && done * 20 / ranges != (done - 1) * 20 / ranges) progress($"checked {done} of {ranges} ranges of payments");
    }

    private async Task<Dictionary<TopicPartition, OffsetRange>> RangesAsync(CancellationToken cancellationToken)
    {
        var ranges = new Dictionary<TopicPartition, OffsetRange>();
        foreach (var topic in WebhookTopics)
            foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken)) ranges[partition] = range;
        return ranges;
    }

    private static async Task TakeAsync(Scratch scratch, Truth truth, IEnumerable<LogPages> pages, CancellationToken cancellationToken)
    {
        // What was accepted before the oldest record that is kept may be gone.
        var dropped = pages.SelectMany(topic => topic.Ranges).Where(range => range.First > 0).Max(range => range.FirstAt);
        var since = dropped?.ToUnixTimeMilliseconds() ?? 0;
        await scratch.TakeAsync(
            truth.Webhooks().Select(sent => new SentBody(
                sent.Gateway, sent.Account, Convert.FromHexString(sent.BodySha256), sent.AcceptedAt.Count(at => at >= since), sent.Forged)),
            cancellationToken);
        await scratch.TakeAsync(
            truth.Payments().Select(payment => new TrueFigures(
                payment.Gateway, payment.Account, payment.GatewayPaymentId, TruthChecks.Figures(
                    payment.Status, payment.Currency,
                    [payment.Authorized, payment.Captured, payment.Refunded, payment.RefundPending, payment.Disputed, payment.Fees],
                    payment.Events),
                payment.Events.GetValueOrDefault(EventTypes.RefundInitiated))),
            cancellationToken);
    }
}
