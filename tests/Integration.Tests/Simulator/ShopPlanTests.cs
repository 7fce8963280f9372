using System.Text.Json;
using PaymentPipeline.Simulator.PayPal;
using PaymentPipeline.Simulator.Shop;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

public sealed class ShopPlanTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulator-");
    private readonly Signing _signing;

    public ShopPlanTests() =>
        _signing = new Signing(
            SimulatorSecrets.LoadOrCreate(_folder.FullName), PayPalCertificates.LoadOrCreate(_folder.FullName, TimeProvider.System),
            new Uri("http://127.0.0.1:1"), TimeProvider.System);

    public void Dispose()
    {
        _signing.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_same_seed_plays_the_same_bodies_in_the_same_order()
    {
        var options = Options(seed: 42) with { Duplicates = 0.2, Reorder = 0.1, Delay = 0.05, Drop = 0.02, Forge = 0.05 };

        var first = Plan(options);
        var second = Plan(options);
        var other = Plan(options with { Seed = 43 });

        Assert.Equal(Hashes(first), Hashes(second));
        Assert.NotEqual(Hashes(first), Hashes(other));
        static IEnumerable<string> Hashes(List<Webhook> webhooks) => webhooks.Select(webhook => Convert.ToHexString(webhook.Sha256));
    }

    [Fact]
    public void The_same_seed_has_the_same_truth()
    {
        Assert.Equal(Truth(Plan(Options(seed: 9))), Truth(Plan(Options(seed: 9))));
    }

    [Fact]
    public void Every_body_is_json_of_an_ordinary_size()
    {
        foreach (var webhook in Plan(Options(seed: 3)))
        {
            using var json = JsonDocument.Parse(webhook.Body);
            Assert.InRange(webhook.Body.Length, 200, 8192);
        }
    }

    [Fact]
    public void The_shares_of_the_knobs_are_met()
    {
        var options = Options(seed: 5, orders: 4000) with { Duplicates = 0.2, Drop = 0.05, Forge = 0.03 };

        var deliveries = Plan(options);

        var genuine = deliveries.Where(webhook => webhook.Forgery == Forgery.None).Distinct().ToArray();
        double Share(Func<Webhook, bool> of) => genuine.Count(of) / (double)genuine.Length;
        Assert.InRange(Share(webhook => webhook.Copies > 1), 0.17, 0.21);
        Assert.InRange(Share(webhook => webhook.IsDropped), 0.04, 0.06);
        Assert.InRange(deliveries.Count(webhook => webhook.Forgery != Forgery.None) / (double)genuine.Length, 0.025, 0.035);
        var copies = deliveries.CountBy(delivery => delivery).ToDictionary();
        Assert.All(genuine.Where(webhook => !webhook.IsDropped), webhook => Assert.Equal(webhook.Copies, copies[webhook]));
    }

    [Fact]
    public void Reordered_webhooks_are_overtaken_by_later_ones_of_the_same_payment()
    {
        static int Inversions(IEnumerable<Webhook> deliveries) => deliveries
            .SelectMany(webhook => webhook.Tellings).Where(telling => telling.About is PaymentTruth)
            .Select((telling, place) => (telling.About, place, telling)).GroupBy(entry => entry.About)
            .Sum(payment => payment.Zip(payment.Skip(1)).Count(pair => NumberOf(pair.First.telling) > NumberOf(pair.Second.telling)));

        Assert.Equal(0, Inversions(Plan(Options(seed: 6))));
        Assert.True(Inversions(Plan(Options(seed: 6) with { Reorder = 0.3 })) > 20);
    }

    [Fact]
    public void The_shop_plays_every_kind_of_life()
    {
        var truths = Truths(Plan(Options(seed: 11, orders: 6000))).ToArray();

        var payments = truths.OfType<PaymentTruth>().ToArray();
        foreach (var gateway in new[] { "stripe", "adyen", "paypal" })
        {
            var statuses = payments.Where(payment => payment.Gateway == gateway).Select(payment => payment.Status).Distinct();
            HashSet<string> expected = ["SUCCEEDED", "AUTHORIZED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED", "CANCELED"];
            Assert.Superset(expected, statuses.ToHashSet());
        }
        foreach (var type in new[]
            {
                "PaymentRequiresAction", "PaymentAuthorized", "PaymentCaptured", "PaymentSucceeded", "PaymentFailed", "PaymentCanceled",
                "RefundInitiated", "RefundProcessed", "RefundFailed", "DisputeOpened", "DisputeClosed",
            })
            Assert.Contains(payments, payment => payment.Events.Count(type) > 0);
        Assert.Contains(payments, payment => payment.Currency.Code == "JPY");
        Assert.Contains(payments, payment => payment.Currency.Code == "KWD");
        Assert.Contains(truths.OfType<MethodTruth>(), method => method.Removed);
        Assert.Contains(truths.OfType<PayoutTruth>(), payout => payout.Status == "PAID");
    }

    [Fact]
    public void The_books_of_every_payment_hold_the_rules_of_money()
    {
        foreach (var payment in Truths(Plan(Options(seed: 12, orders: 3000))).OfType<PaymentTruth>())
        {
            Assert.InRange(payment.Captured, 0, payment.Amount);
            Assert.InRange(payment.Refunded + payment.RefundPending, 0, payment.Captured);
            Assert.InRange(payment.Events.Count("PaymentSucceeded"), 0, 1);
            Assert.InRange(payment.Authorized, payment.Captured, payment.Amount);
        }
    }

    /// <summary>The figures of the currencies with exceptions, as each gateway writes them.</summary>
    [Theory]
    [InlineData("JPY", 0, 0, 1500, 1500, "1500")]
    [InlineData("KWD", 3, 3, 1230, 1230, "1.230")]
    [InlineData("CLP", 0, 2, 5000, 500000, "5000.00")]
    [InlineData("IDR", 2, 0, 150000, 1500, "1500")]
    [InlineData("HUF", 2, 0, 150000, 1500, "1500")]
    [InlineData("USD", 2, 2, 2599, 2599, "25.99")]
    public void Amounts_are_written_as_the_gateway_counts(string code, int decimals, int wireDecimals, long minor, long wire, string text)
    {
        var currency = new Denomination(code, decimals, wireDecimals, 1);

        Assert.Equal(wire, currency.Wire(minor));
        Assert.Equal(text, currency.Text(minor));
    }

    private List<Webhook> Plan(ShopOptions options) => [.. new ShopPlan(options, _signing).Deliveries()];

    private static ShopOptions Options(int seed, int orders = 600) =>
        new() { Ingress = "http://127.0.0.1:1", Seed = seed, Orders = orders };

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Telling, object> Numbers = [];

    /// <summary>The gateway's own order within a payment: the time that the body tells.</summary>
    private static DateTimeOffset NumberOf(Telling telling) => (DateTimeOffset)Numbers.GetValue(telling, TimeOf);

    private static object TimeOf(Telling telling)
    {
        using var json = JsonDocument.Parse(telling.Body);
        var root = json.RootElement;
        return telling.Gateway switch
        {
            "stripe" => DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("created").GetInt64()),
            "adyen" => root.GetProperty("NotificationRequestItem").GetProperty("eventDate").GetDateTimeOffset(),
            _ => root.GetProperty("create_time").GetDateTimeOffset(),
        };
    }

    private static IEnumerable<TruthRecord> Truths(IEnumerable<Webhook> deliveries) =>
        deliveries.SelectMany(webhook => webhook.Tellings).Select(telling => telling.About).OfType<TruthRecord>().Distinct();

    private static IEnumerable<string> Truth(IEnumerable<Webhook> deliveries)
    {
        foreach (var record in Truths(deliveries))
        {
            var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes)) record.Write(json);
            yield return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        }
    }
}
