using System.Globalization;

namespace PaymentPipeline.Load.Results;

/// <summary>Numbers for people: three digits or so, never a unit left to guess.</summary>
internal static class Figure
{
    public static string Text(double value) => value switch
    {
        double.NaN => "–",
        0 => "0",
        _ when Math.Abs(value) >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 0.1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    public static string Megabytes(long bytes) => $"{Text(bytes / 1e6)} MB";

    public static string Ms(double milliseconds) => $"{Text(milliseconds)} ms";
}
