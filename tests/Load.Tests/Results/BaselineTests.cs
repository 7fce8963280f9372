using PaymentPipeline.Load.Results;
using Xunit;

namespace PaymentPipeline.Load.Tests.Results;

public sealed class BaselineTests
{
    [Fact]
    public void The_same_run_is_the_same_in_every_figure_and_warns_of_nothing()
    {
        var comparison = Baseline.Compare(SampleRun.Report(), SampleRun.Report());

        Assert.Empty(comparison.Warnings);
        Assert.All(comparison.Figures, figure => Assert.Equal("same", figure.Verdict));
    }

    [Theory]
    [InlineData("accepted a second"), InlineData("p99 ms"), InlineData("drain s"), InlineData("ingress: CPU µs a webhook")]
    [InlineData("median: accepted, a second"), InlineData("median: accepted, ratio to bare endpoint")]
    public void A_slower_run_is_worse_and_the_other_way_round_better(string name)
    {
        var (fast, slow) = (SampleRun.Report(), SampleRun.Report(slower: 1.5));

        Assert.Equal("worse", Find(Baseline.Compare(slow, fast), name).Verdict);
        Assert.Equal("better", Find(Baseline.Compare(fast, slow), name).Verdict);
    }

    [Fact]
    public void Failures_where_there_were_none_are_worse()
    {
        var now = SampleRun.Report();
        var earlier = now with { Summary = now.Summary with { Failed = 0 } };

        Assert.Equal("worse", Find(Baseline.Compare(now, earlier), "failed, share of sent").Verdict);
    }

    [Fact]
    public void Another_machine_engine_setting_or_durability_is_warned_of()
    {
        var now = SampleRun.Report(engine: "postgres");
        now = now with
        {
            Machine = now.Machine with { Cores = 8, Durability = new Dictionary<string, string> { ["postgres fsync"] = "on" } },
            Settings = new Dictionary<string, string>(now.Settings) { ["connections"] = "512" },
        };

        var warnings = Baseline.Compare(now, SampleRun.Report()).Warnings;

        Assert.Equal(4, warnings.Count);
        Assert.Contains("engine differs: postgres, earlier kafka.", warnings);
        Assert.Contains("number of cores differs: 8, earlier 2.", warnings);
        Assert.Contains("setting connections differs: 512, earlier 256.", warnings);
        Assert.Contains("durability kafka flush.messages differs: none, earlier 1.", warnings);
    }

    [Fact]
    public void The_lines_for_the_terminal_name_figure_ratio_and_verdict()
    {
        var lines = Baseline.Compare(SampleRun.Report(slower: 2), SampleRun.Report()).Lines().ToList();

        Assert.Contains(lines, line => line.Contains("p99 ms", StringComparison.Ordinal) && line.Contains("2.00", StringComparison.Ordinal)
            && line.EndsWith("worse", StringComparison.Ordinal));
    }

    private static BaselineFigure Find(BaselineComparison comparison, string name) => comparison.Figures.Single(figure => figure.Name == name);
}
