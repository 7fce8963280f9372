using System.Text.Json;
using PaymentPipeline.Client;

namespace PaymentPipeline.Samples.OrderKeeper;

/// <summary>What an order's payments amount to, in minor units.</summary>
public sealed record Order(string OrderId, string Status, long Captured, long Refunded, string? Currency);

/// <summary>
/// The orders of a shop as the events tell them, and how far they were read: both in one file that is replaced as a whole, so that a
/// crash at any moment leaves a state and the position that belongs to it. A real Order Service does the same in one transaction.
/// </summary>
public sealed class Orders
{
    private readonly string _file;
    private readonly Kept _kept;

    private Orders(string file, Kept kept) => (_file, _kept) = (file, kept);

    public static Orders Open(string file) =>
        new(file, File.Exists(file) ? JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(file))! : new Kept());

    /// <summary>Where to read on in the feed; null from the beginning.</summary>
    public string? Cursor { get => _kept.Cursor; set => _kept.Cursor = value; }

    /// <summary>The next offset of each partition of payment.events.</summary>
    public IDictionary<int, long> Offsets => _kept.Offsets;

    /// <summary>
    /// The whole rule: an event that is not newer than what is known of its payment is a repetition, and the newest one's data is how
    /// the payment stands. True when the order changed.
    /// </summary>
    public bool Take(PaymentEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (told.Data is not { PaymentId: { } payment, OrderId: { } order }) return false;
        if (_kept.Payments.TryGetValue(payment, out var known) && known.Sequence >= told.Sequence) return false;
        _kept.Payments[payment] = new KeptPayment(
            order, told.Sequence, told.Data.Status ?? "", told.Data.AmountCaptured, told.Data.AmountRefunded, told.Data.Currency);
        return true;
    }

    public Order? Find(string orderId)
    {
        var payments = _kept.Payments.Values.Where(payment => payment.OrderId == orderId).ToList();
        if (payments.Count == 0) return null;
        var best = payments.MaxBy(payment => payment.Captured)!;
        return new Order(
            orderId, best.Status, payments.Sum(payment => payment.Captured), payments.Sum(payment => payment.Refunded), best.Currency);
    }

    public IEnumerable<Order> All() => _kept.Payments.Values.Select(payment => payment.OrderId).Distinct().Order(StringComparer.Ordinal)
        .Select(order => Find(order)!);

    public void Save()
    {
        var next = _file + ".next";
        using (var stream = new FileStream(next, FileMode.Create))
        {
            JsonSerializer.Serialize(stream, _kept);
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, _file, overwrite: true);
    }

    private sealed class Kept
    {
        public string? Cursor { get; set; }
        public Dictionary<int, long> Offsets { get; init; } = [];
        public Dictionary<string, KeptPayment> Payments { get; init; } = [];
    }

    private sealed record KeptPayment(string OrderId, int Sequence, string Status, long Captured, long Refunded, string? Currency);
}
