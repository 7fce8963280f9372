using System.Numerics;
using System.Text;

namespace PaymentPipeline.TestKit;

/// <summary>
/// Different texts with one hash: that of string where a dictionary's comparer is the default or an ordinal one, which is not seeded
/// until a hundred names met in one place. Each further name in a table that stays so costs as much as all before it.
/// </summary>
public static class CollidingNames
{
    // Four characters a step, the first two into one half of the hash and the others into the other: those here are always the same.
    private const string OtherHalf = "aa";
    private const uint Start = (5381u << 16) + 5381u;
    private const uint Target = 0x4E2D_6587;

    /// <summary>Of eight characters each, without any that JSON escapes.</summary>
    public static IEnumerable<string> All()
    {
        for (var one = '0'; one < '\u0700'; one++)
            for (var two = '0'; two < '\u0700'; two++)
            {
                if (!IsPlain(one) || !IsPlain(two)) continue;
                // What the second step has to bring to end at the target.
                var rest = Step(Step(Start) ^ Pair(one, two)) ^ Target;
                var (three, four) = ((char)rest, (char)(rest >> 16));
                if (IsPlain(three) && IsPlain(four)) yield return $"{one}{two}{OtherHalf}{three}{four}{OtherHalf}";
            }
    }

    /// <summary>As many members <c>"…":0</c> as are asked for, with commas between them.</summary>
    public static string Members(int count) =>
        All().Take(count).Aggregate(new StringBuilder(), (text, name) => text.Append(text.Length == 0 ? "\"" : ",\"").Append(name).Append("\":0"))
            .ToString();

    private static uint Pair(char first, char second) => first | ((uint)second << 16);

    private static uint Step(uint hash) => BitOperations.RotateLeft(hash, 5) + hash;

    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) && !char.IsSurrogate(c);
}
