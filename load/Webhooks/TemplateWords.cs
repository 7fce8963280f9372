using System.Globalization;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>What all requests of a run share.</summary>
/// <param name="Run">Six capital letters, other ones in each run: nothing is ever a repetition of an earlier run.</param>
/// <param name="CreatedAt">When everything happened, by the gateways; the same in each delivery, as the body must be.</param>
internal sealed record TemplateWords(string Host, string Run, DateTimeOffset CreatedAt, Filler Filler)
{
    public const string OrderPrefix = "load-";
    public const int RunLength = 6;

    /// <summary>Minor units, euros.</summary>
    public long Amount { get; init; } = 1999;

    public string Created => CreatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    public string OrderId => $"{OrderPrefix}{Run}-{Gaps.Number}";

    public static string RunAt(DateTimeOffset time)
    {
        Span<byte> letters = stackalloc byte[LetterNumber.Length];
        LetterNumber.Write(letters, time.ToUnixTimeMilliseconds() / 50);
        return System.Text.Encoding.ASCII.GetString(letters[^RunLength..]);
    }
}
