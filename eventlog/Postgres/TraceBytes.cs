using System.Buffers;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>A trace context as tracers write it (<c>00-</c>32 digits<c>-</c>16 digits<c>-</c>2 digits), without its spelling.</summary>
internal static class TraceBytes
{
    public const int Length = 16 + 8 + 1;
    private const int Chars = 55;
    private static readonly SearchValues<char> lowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>False when <see cref="Unpack"/> would not give back the same text.</summary>
    public static bool TryPack(ReadOnlySpan<char> text, Span<byte> to) =>
        text.Length == Chars && text.StartsWith("00-") && text[35] == '-' && text[52] == '-'
        && TryDecode(text[3..35], to) && TryDecode(text[36..52], to[16..]) && TryDecode(text[53..], to[24..]);

    public static string Unpack(ReadOnlySpan<byte> bytes) => string.Create(Chars, bytes, static (text, from) =>
    {
        "00-".CopyTo(text);
        Convert.TryToHexStringLower(from[..16], text[3..], out _);
        text[35] = '-';
        Convert.TryToHexStringLower(from[16..24], text[36..], out _);
        text[52] = '-';
        Convert.TryToHexStringLower(from[24..], text[53..], out _);
    });

    private static bool TryDecode(ReadOnlySpan<char> hex, Span<byte> to) =>
        !hex.ContainsAnyExcept(lowerHex) && Convert.FromHexString(hex, to, out _, out _) == OperationStatus.Done;
}
