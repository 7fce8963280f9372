using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// A text as the search for card numbers sees it: digits of any script and width are ASCII digits, every space, dash and dot is
/// one separator, characters without width are gone, and what is exactly an international phone number, an IBAN, a UUID, a trace
/// context or a run of at least 24 hexadecimal digits is blanked out.
/// </summary>
internal static partial class FoldedText
{
    public const char Separator = ' ';
    private const char Other = '~';

    public static string Of(string text) => Fold(WithoutKnownForms(text));

    private static string WithoutKnownForms(string text)
    {
        text = Uuid().Replace(text, Blank);
        text = Hexadecimal().Replace(text, Blank);
        text = TraceContext().Replace(text, Blank);
        text = Phone().Replace(text, Blank);
        return Iban().Replace(text, match => IsIban(match.Value) ? Blank(match) : match.Value);
    }

    private static string Blank(Match match) => new(Other, match.Length);

    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var digit = CharUnicodeInfo.GetDigitValue(text, at);
            var category = CharUnicodeInfo.GetUnicodeCategory(text, at);
            if (char.IsSurrogatePair(text, at)) at++;
            if (digit >= 0) folded.Append((char)('0' + digit));
            else if (category is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark) continue;
            else folded.Append(IsSeparator(text[at], category) ? Separator : Other);
        }
        return folded.ToString();
    }

    // U+2212 is the minus sign; U+FF0E, U+3002, U+00B7 and U+2024 are dots of other scripts.
    private static bool IsSeparator(char c, UnicodeCategory category) =>
        category is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation
        || c is '.' or '\u2212' or '\uFF0E' or '\u3002' or '\u00B7' or '\u2024';

    /// <summary>ISO 13616: the country and check digits moved to the end, letters as 10 to 35, the whole leaves 1 modulo 97.</summary>
    private static bool IsIban(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        var remainder = 0;
        foreach (var c in compact[4..] + compact[..4])
        {
            var value = char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;
            remainder = ((remainder * (value > 9 ? 100 : 10)) + value) % 97;
        }
        return remainder == 1;
    }

    [GeneratedRegex(
        "(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9A-Za-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Uuid();

    [GeneratedRegex("(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{24,128}(?![0-9A-Za-z])")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"\A[0-9a-f]{2}-[0-9a-f~]{32}-[0-9a-f]{16}-[0-9a-f]{2}\z")]
    private static partial Regex TraceContext();

    // E.164: at most 15 digits. A card number behind a plus sign has 13 to 15 digits only where it is a very old or a rare one.
    [GeneratedRegex(@"(?<![0-9A-Za-z+])\+[0-9](?:[ .-]?[0-9]){6,14}(?![ .-]?[0-9])")]
    private static partial Regex Phone();

    [GeneratedRegex("(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}(?![0-9A-Za-z])")]
    private static partial Regex Iban();
}
