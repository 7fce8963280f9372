using System.Globalization;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// Finds card numbers in a text: 13 to 19 digits with at most one space, dash or dot between two of them, not touching another
/// digit, that begin as issuers' numbers do and pass Luhn's check. <see cref="FoldedText"/> says what counts as a digit, and
/// which texts are passed over: a tenth of all digit strings passes Luhn by chance.
/// </summary>
internal static class CardNumbers
{
    private const int DigitsMin = 13;
    private const int DigitsMax = 19;

    public static bool In(ReadOnlySpan<char> text)
    {
        if (!MayHold(text)) return false;
        var folded = FoldedText.Of(text.ToString()).AsSpan();
        while (!folded.IsEmpty)
        {
            var chain = NextChain(folded, out var end);
            if (HoldsCardNumber(chain)) return true;
            folded = folded[end..];
        }
        return false;
    }

    /// <summary>
    /// The hot path: nearly every text has no chain of so many digits. A character of another script counts as one, and is looked at
    /// closely later.
    /// </summary>
    private static bool MayHold(ReadOnlySpan<char> text)
    {
        if (text.Length < DigitsMin) return false;
        var (digits, afterSeparator) = (0, false);
        foreach (var c in text)
        {
            var isSeparator = c is ' ' or '-' or '.';
            if (char.IsAsciiDigit(c) || !char.IsAscii(c)) digits++;
            else if (!isSeparator || afterSeparator) digits = 0;
            if (digits >= DigitsMin) return true;
            afterSeparator = isSeparator;
        }
        return false;
    }

    /// <summary>The next digits with single separators between them; a number may begin and end with any group of them.</summary>
    private static ReadOnlySpan<char> NextChain(ReadOnlySpan<char> text, out int end)
    {
        var start = text.IndexOfAnyInRange('0', '9');
        if (start < 0)
        {
            end = text.Length;
            return default;
        }
        end = start;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || IsSingleSeparator(text, end))) end++;
        return text[start..end];
    }

    private static bool IsSingleSeparator(ReadOnlySpan<char> text, int at) =>
        text[at] == FoldedText.Separator && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    private static bool HoldsCardNumber(ReadOnlySpan<char> chain)
    {
        if (chain.Length < DigitsMin) return false;
        Span<char> digits = stackalloc char[DigitsMax];
        for (var start = 0; start <= chain.Length - DigitsMin; start++)
        {
            if (chain[start] == FoldedText.Separator || (start > 0 && chain[start - 1] != FoldedText.Separator)) continue;
            var count = 0;
            for (var at = start; at < chain.Length; at++)
            {
                if (chain[at] == FoldedText.Separator) continue;
                if (count == DigitsMax) break;
                digits[count++] = chain[at];
                var endsGroup = at + 1 == chain.Length || chain[at + 1] == FoldedText.Separator;
                if (endsGroup && count >= DigitsMin && IsIssued(digits) && PassesLuhn(digits[..count])) return true;
            }
        }
        return false;
    }

    /// <summary>The first digits that card networks issue: 2221-2720, 30, 34-39, 4, 50-58, 6, 81.</summary>
    private static bool IsIssued(ReadOnlySpan<char> digits)
    {
        var two = int.Parse(digits[..2], CultureInfo.InvariantCulture);
        var four = int.Parse(digits[..4], CultureInfo.InvariantCulture);
        return four is >= 2221 and <= 2720 || two is 30 or (>= 34 and <= 49) or (>= 50 and <= 58) or (>= 60 and <= 69) or 81;
    }

    private static bool PassesLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var fromEnd = 0; fromEnd < digits.Length; fromEnd++)
        {
            var digit = digits[^(fromEnd + 1)] - '0';
            if (fromEnd % 2 == 1) digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
