using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Where a ready-made text has gaps, which are filled when it is sent: a payment's number (eight <c>~</c>), a time in seconds (ten
/// <c>|</c>), a signature (<c>^</c> for each of its letters). None of these letters is used otherwise.
/// </summary>
internal static class Gaps
{
    public const string Number = "~~~~~~~~";
    public const string Time = "||||||||||";

    public static string Signature(int length) => new('^', length);

    /// <summary>The positions of a gap's first letters.</summary>
    public static int[] Find(ReadOnlySpan<byte> text, string gap)
    {
        var sought = Encoding.ASCII.GetBytes(gap);
        var found = new List<int>();
        for (var from = 0; from < text.Length;)
        {
            var at = text[from..].IndexOf(sought);
            if (at < 0) break;
            found.Add(from + at);
            from += at + sought.Length;
        }
        return [.. found];
    }
}
