namespace PaymentPipeline.Simulator.Shop;

/// <summary>Choices and identifiers from a seeded source: the same seed, the same shop.</summary>
internal static class Dice
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
    private const string Digits = "0123456789";

    /// <summary>One source per order, so that an order is the same whatever else the shop plays.</summary>
    public static Random For(int seed, int number) => new(HashOf(seed, number));

    public static T Choose<T>(Random random, (int Weight, T Value)[] table)
    {
        var total = 0;
        foreach (var (weight, _) in table) total += weight;
        var point = random.Next(total);
        foreach (var (weight, value) in table)
            if ((point -= weight) < 0) return value;
        return table[^1].Value;
    }

    public static T OneOf<T>(Random random, params ReadOnlySpan<T> values) => values[random.Next(values.Length)];

    /// <summary>Stripe's: <c>pi_</c> and 24 letters or digits.</summary>
    public static string StripeId(Random random, string prefix) => prefix + Text(random, Alphanumeric, 24);

    /// <summary>Adyen's pspReference: 16 capitals or digits.</summary>
    public static string PspReference(Random random) => Text(random, Capitals, 16);

    /// <summary>PayPal's: 17 capitals or digits.</summary>
    public static string PayPalId(Random random) => Text(random, Capitals, 17);

    public static string Number(Random random, int digits) => Text(random, Digits, digits);

    private static string Text(Random random, string alphabet, int length) =>
        string.Create(length, (random, alphabet), static (span, state) =>
        {
            foreach (ref var letter in span) letter = state.alphabet[state.random.Next(state.alphabet.Length)];
        });

    private static int HashOf(int seed, int number)
    {
        var mixed = ((ulong)(uint)seed << 32 | (uint)number) * 0x9E3779B97F4A7C15UL;
        return (int)((mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9UL >> 33);
    }
}
