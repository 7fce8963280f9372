namespace PaymentPipeline.Load.Results;

/// <summary>Where a value stands between the bottom (0) and the top (1) of a chart, and which values are written at the axis.</summary>
internal sealed class ChartScale
{
    private readonly double _from;
    private readonly double _to;
    private readonly bool _isLog;

    private ChartScale(double from, double to, bool isLog, IReadOnlyList<double> ticks) =>
        (_from, _to, _isLog, Ticks) = (from, to, isLog, ticks);

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From zero to a round value above the largest.</summary>
    public static ChartScale Linear(double largest)
    {
        var step = NiceStep(largest <= 0 ? 1 : largest, 5);
        var top = step * Math.Max(1, Math.Ceiling(largest / step));
        return new ChartScale(0, top, isLog: false, [.. Enumerable.Range(0, (int)Math.Round(top / step) + 1).Select(tick => tick * step)]);
    }

    /// <summary>From zero to exactly the end, as a time axis goes.</summary>
    public static ChartScale Time(double end)
    {
        var step = NiceStep(Math.Max(1, end), 9);
        return new ChartScale(0, Math.Max(1, end), isLog: false,
            [.. Enumerable.Range(0, (int)(end / step) + 1).Select(tick => tick * step)]);
    }

    /// <summary>Whole decades around what is positive, at least one.</summary>
    public static ChartScale Log(double smallest, double largest)
    {
        var from = smallest > 0 ? Math.Floor(Math.Log10(smallest)) : 0;
        var to = Math.Max(from + 1, largest > 0 ? Math.Ceiling(Math.Log10(largest)) : 1);
        return new ChartScale(from, to, isLog: true,
            [.. Enumerable.Range((int)from, (int)(to - from) + 1).Select(decade => Math.Pow(10, decade))]);
    }

    public double At(double value)
    {
        var position = _isLog ? Math.Log10(Math.Max(value, double.Epsilon)) : value;
        return Math.Clamp((position - _from) / (_to - _from), 0, 1);
    }

    private static double NiceStep(double range, int stepsMax)
    {
        var rough = range / stepsMax;
        var decade = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return decade * (rough / decade) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }
}
