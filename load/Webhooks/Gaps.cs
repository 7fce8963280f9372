using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Where a ready-made text has gaps, which are filled when it is sent: a payment's number (eight <c>~</c>), a time in seconds (ten
/// <c>|</c>), a signature (<c>^</c> for each of its letters), text that differs (<c>`</c> for each). None of these letters is used
/// otherwise.
/// </summary>
internal static class Gaps
{
    public const string Number = "~~~~~~~~";
    public const string Time = "||||||||||";

    /// <summary>Each letter of text that differs from webhook to webhook; as many in a row as there are.</summary>
    public const char Varying = '`';

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

    /// <summary>The runs of <see cref="Varying"/>.</summary>
    public static List<(int At, int Length)> FindVarying(ReadOnlySpan<byte> text)
    {
        var found = new List<(int, int)>();
        for (var at = 0; at < text.Length;)
        {
            var to = text[at..].IndexOf((byte)Varying);
            if (to < 0) break;
            at += to;
            var length = text[at..].IndexOfAnyExcept((byte)Varying);
            if (length < 0) length = text.Length - at;
            found.Add((at, length));
            at += length;
        }
        return found;
    }
}
