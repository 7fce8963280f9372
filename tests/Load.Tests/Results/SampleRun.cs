using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load.Tests.Results;

/// <summary>A made-up run with everything in it that a report can hold.</summary>
internal static class SampleRun
{
    public static LoadReport Report(int seconds = 90, double slower = 1, string engine = "kafka") => new()
    {
        Profile = "peak",
        Engine = engine,
        StartedAt = new DateTimeOffset(2026, 11, 21, 19, 0, 0, TimeSpan.Zero),
        Machine = Machine,
        Settings = new Dictionary<string, string> { ["rate"] = "8,000/s", ["connections"] = "256", ["Processors__BatchRecordsMax"] = "500" },
        Rounds = [.. Rounds(slower)],
        Samples = [.. Enumerable.Range(1, seconds).Select(second => Second(second, slower))],
        Marks = [new Mark(30, "ingress killed"), new Mark(34, "ingress back")],
        Summary = Summary(seconds, slower),
        Verify = new VerifyResult(true, ["I8 versions rise by one, a history row each: 120,000 looked at, clean", "Verified: clean."]),
    };

    public static Machine Machine { get; } = new()
    {
        Cpu = "Example CPU @ 2.80GHz", Cores = 2, Memory = 24L << 30, Os = "Debian GNU/Linux 12 (bookworm)", Kernel = "6.1.0",
        DotNet = "10.0.0", PostgreSql = "15.14", Kafka = "4.3.1", Librdkafka = "2.15.1",
        Durability = new Dictionary<string, string> { ["postgres fsync"] = "on", ["kafka flush.messages"] = "1" },
    };

    private static Sample Second(int second, double slower)
    {
        var isDown = second is >= 30 and < 34;
        var offered = 3000 + (5000 * Math.Exp(-Math.Pow((second - 45) / 18.0, 2)));
        var p50 = (isDown ? 900 : 2 + (offered / 2500)) * slower;
        return new Sample
        {
            At = second, Offered = offered, Sent = offered, Accepted = isDown ? 0 : offered * 0.97, Refused = isDown ? 0 : offered * 0.03,
            Failed = isDown ? offered : 0,
            Latency = isDown ? null : new Percentiles(p50, p50 * 2, p50 * 6 + (second % 7), p50 * 11, p50 * 19, p50 * 30),
            Applied = (long)(second * 3600), Lag = isDown ? 40_000 : Math.Max(0, 9000 * Math.Sin(second / 20.0)),
            Outbox = (long)(400 + (300 * Math.Sin(second / 5.0))),
            Processes =
            [
                new ProcessSample("ingress", 0.3 + (offered / 20_000), (150 + (second % 20)) * 1_000_000L),
                new ProcessSample("processors", 0.5, 210_000_000), new ProcessSample("postgres", 0.6, 480_000_000),
                new ProcessSample("kafka", 0.25, 700_000_000), new ProcessSample("load", 0.2, 120_000_000),
            ],
        };
    }

    private static IEnumerable<RoundResult> Rounds(double slower)
    {
        for (var round = 1; round <= 3; round++)
        {
            yield return new RoundResult($"round {round}: floor, bare endpoint", 84_000 + (round * 700), null, new Dictionary<string, double>());
            yield return new RoundResult($"round {round}: accepted", (35_000 + (round * 300)) / slower, new Percentiles(5, 9, 14, 22, 40, 51),
                new Dictionary<string, double> { ["ratio to bare endpoint"] = 0.41 / slower });
        }
    }

    private static Summary Summary(int seconds, double slower) => new()
    {
        Seconds = seconds, Offered = seconds * 4700L, Sent = seconds * 4700L, Accepted = seconds * 4500L, Refused = seconds * 100L,
        Failed = seconds * 100L, ByStatus = new Dictionary<string, long> { ["200"] = seconds * 4500L, ["503"] = seconds * 100L, ["none"] = seconds * 100L },
        Latency = new Percentiles(3.2 * slower, 6.1 * slower, 19 * slower, 44 * slower, 80 * slower, 912 * slower),
        OfferedPerSecond = 4700, AcceptedPerSecond = 4500 / slower, DrainSeconds = 12.5 * slower,
        Processes = [new ProcessSummary("ingress", 170_000_000, 61.5 * slower), new ProcessSummary("processors", 210_000_000, 103)],
    };
}
