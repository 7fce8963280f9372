using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>Text that takes room as a shop's own fields do: words, so that it compresses as text does, not to nothing.</summary>
internal sealed class Filler(int seed)
{
    private const int ValueLengthMax = 400;
    private readonly Random _random = new(seed);

    /// <summary>Members of a JSON object, a comma before each, of about that length together; nothing below 24.</summary>
    public string Members(int length)
    {
        var members = new StringBuilder();
        for (var number = 0; length - members.Length >= 24; number++)
        {
            var room = Math.Min(ValueLengthMax, length - members.Length - 16);
            members.Append($",\"item_{number / 10}{number % 10}\":\"{Words(Math.Max(1, room))}\"");
        }
        return members.ToString();
    }

    private string Words(int length)
    {
        var words = new StringBuilder(length);
        while (words.Length < length)
            words.Append(_random.Next(6) == 0 && words.Length > 0 ? ' ' : (char)('a' + _random.Next(26)));
        return words.ToString();
    }
}
