namespace PaymentPipeline.Load.Webhooks;

/// <summary>Numbers as eight capital letters: long digits in an id might be taken for a card number.</summary>
internal static class LetterNumber
{
    public const int Length = 8;

    public static void Write(Span<byte> eight, long number)
    {
        for (var i = Length - 1; i >= 0; i--, number /= 26) eight[i] = (byte)('A' + number % 26);
    }

    /// <returns>-1 for what is no such number.</returns>
    public static long Read(ReadOnlySpan<byte> eight)
    {
        var number = 0L;
        foreach (var letter in eight[..Length])
        {
            if (letter is < (byte)'A' or > (byte)'Z') return -1;
            number = number * 26 + (letter - 'A');
        }
        return number;
    }
}
