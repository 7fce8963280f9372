using PaymentPipeline.Load;
using Xunit;

namespace PaymentPipeline.Load.Tests;

public sealed class HistogramTests
{
    private static readonly double[] shares = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1];

    [Theory, InlineData(1, 2_000), InlineData(2, 100_000), InlineData(3, 600_000_000)]
    public void Percentiles_of_random_values_are_exact_to_three_digits(int seed, int highest)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 50_000).Select(_ => (long)Math.Pow(highest, random.NextDouble())).Order().ToArray();
        var histogram = new Histogram();
        foreach (var value in values) histogram.Record(value);

        Assert.All(shares, share =>
        {
            var exact = values[Math.Max(1, (int)Math.Ceiling(share * values.Length)) - 1];
            Assert.InRange(histogram.Micros(share), exact, exact + Math.Max(0, exact / 1000));
        });
    }

    [Fact]
    public void Small_values_are_exact() =>
        Assert.All(Enumerable.Range(0, 2048), value =>
        {
            var histogram = new Histogram();
            histogram.Record(value);
            Assert.Equal(value, histogram.Micros(0.5));
        });

    [Fact]
    public void What_came_since_a_copy_is_told_apart_from_what_was_before()
    {
        var histogram = new Histogram();
        for (var i = 0; i < 100; i++) histogram.Record(10);
        var before = histogram.Copy();
        for (var i = 0; i < 10; i++) histogram.Record(500);

        var since = histogram.Since(before);

        Assert.Equal((10, 500L, 500L), (since.Count, since.Micros(0), since.Micros(1)));
        Assert.Equal(110, histogram.Count);
    }

    [Fact]
    public void Nothing_is_lost_between_seconds_while_many_record()
    {
        const int Each = 200_000;
        var histogram = new Histogram();
        var sum = new Histogram();
        var last = histogram.Copy();
        var recording = Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++) histogram.Record(i % 5000);
        })));
        bool isOver;
        do
        {
            isOver = recording.IsCompleted;
            var now = histogram.Copy();
            sum.Add(now.Since(last));
            last = now;
        }
        while (!isOver);

        Assert.Equal(4 * Each, sum.Count);
        Assert.Equal(histogram.Micros(0.99), sum.Micros(0.99));
    }

    [Fact]
    public void Beyond_its_ends_it_keeps_counting()
    {
        var histogram = new Histogram();
        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.Equal(2, histogram.Count);
        Assert.Equal(0, histogram.Micros(0.5));
        Assert.InRange(histogram.Micros(1), 600_000_000, long.MaxValue);
    }

    [Fact]
    public void Without_values_there_are_no_percentiles() => Assert.Null(new Histogram().Percentiles());
}
