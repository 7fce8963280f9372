using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Text that takes room as a gateway's and a shop's fields do. Three quarters of it are the same in every webhook, as names of members,
/// nulls and phrases are; the rest are gaps (<see cref="Gaps.Varying"/>) that each webhook fills with letters of its own
/// (<see cref="Variety"/>).
/// </summary>
internal sealed class Filler(int seed)
{
    private const int ValueLengthMax = 400;
    private const int WordLengthMax = 9;
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
        {
            var isVarying = _random.Next(4) == 0;
            for (var left = _random.Next(2, WordLengthMax); left > 0 && words.Length < length; left--)
                words.Append(isVarying ? Gaps.Varying : (char)('a' + _random.Next(26)));
            if (words.Length < length) words.Append(' ');
        }
        return words.ToString();
    }
}
