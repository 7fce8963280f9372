namespace PaymentPipeline.EventLog.Postgres;

/// <summary>A length in as few bytes as it needs: seven bits each, the lowest first, the highest bit set in all but the last.</summary>
internal static class VariableLength
{
    private const int BitsMax = 35;

    /// <returns>Bytes written, five at most.</returns>
    public static int Write(int length, Span<byte> to)
    {
        var at = 0;
        for (var left = length; ; left >>= 7)
        {
            to[at++] = (byte)(left < 0x80 ? left : left & 0x7F | 0x80);
            if (left < 0x80) return at;
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no length here.</exception>
    public static int Read(ReadOnlySpan<byte> from, out int read)
    {
        var length = 0;
        read = 0;
        for (var shift = 0; shift < BitsMax; shift += 7)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(read, from.Length);
            var part = from[read++];
            length |= (part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return length;
    }
}
