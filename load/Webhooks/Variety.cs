using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Fills a template's <see cref="Gaps.Varying"/> with letters that no other webhook has in the same place, and the same webhook has each
/// time it is sent: a copy out of a text so long that two seldom meet in it.
/// </summary>
internal sealed class Variety
{
    private const int PoolBytes = 1 << 22;

    // Any odd number with many bits set: neighbours land far apart.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    private static readonly byte[] letters = Random.Shared.GetItems<byte>(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8, PoolBytes);

    private readonly (int At, int Length)[] _gaps;
    private readonly int _room;
    private readonly ulong _template;

    /// <param name="template">The whole text: two with one length and another content are two.</param>
    public Variety(ReadOnlySpan<byte> template)
    {
        _gaps = [.. Gaps.FindVarying(template)];
        _room = PoolBytes - _gaps.Sum(gap => gap.Length);
        var content = new HashCode();
        content.AddBytes(template);
        _template = (uint)content.ToHashCode();
    }

    public void Fill(Span<byte> text, long number)
    {
        var from = (int)((((ulong)number ^ (_template << 32)) * Spread >> 33) % (ulong)_room);
        foreach (var (at, length) in _gaps)
        {
            letters.AsSpan(from, length).CopyTo(text[at..]);
            from += length;
        }
    }

    /// <summary>Of a text that is made once.</summary>
    public static string Filled(string text, long number)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        new Variety(bytes).Fill(bytes, number);
        return Encoding.ASCII.GetString(bytes);
    }
}
