namespace PaymentPipeline.Core.Payments;

/// <summary>
/// What the fold has to remember of the facts it has seen. Stored as JSON beside the payment.
/// <para>Every member only ever grows, towards the same value whatever the order of the facts: sorted sets, flags,
/// largest and smallest figures, the earliest and the newest of something (ADR 1).</para>
/// </summary>
public sealed record FoldMemory
{
    public static FoldMemory Empty { get; } = new();

    /// <summary>The keys of all facts folded, sorted.</summary>
    internal string[] Keys { get; init; } = [];

    /// <summary>Sorted by <see cref="Part.Compare"/>.</summary>
    internal Part[] Parts { get; init; } = [];

    /// <summary>The largest total captured that was told; 0 for none.</summary>
    internal long CapturedTotal { get; init; }

    /// <summary>The largest total refunded that was told; 0 for none.</summary>
    internal long RefundedTotal { get; init; }

    /// <summary>The smallest figure authorised: captures that reach it complete the payment. 0 while unknown.</summary>
    internal long AuthorizedMin { get; init; }
    internal long AuthorizedMax { get; init; }

    /// <summary>The largest figure named as the payment's whole amount.</summary>
    internal long NamedMax { get; init; }
    internal Milestones Milestones { get; init; }

    /// <summary>The newest fact of those that matter before money is held; null for none.</summary>
    internal Standing? Standing { get; init; }

    /// <summary>The earliest fact that names the order; null for none.</summary>
    internal Naming? Order { get; init; }

    /// <summary>The earliest fact that names the user; null for none.</summary>
    internal Naming? User { get; init; }

    /// <summary>What was checked of the payer; null for nothing.</summary>
    internal CheckMemory? Checks { get; init; }

    /// <summary>Why the newest attempt that failed did; null when none says.</summary>
    internal FailureMemory? Failure { get; init; }

    internal bool Knows(FactKey key) => Array.BinarySearch(Keys, key.Value, StringComparer.Ordinal) >= 0;

    /// <summary>The part as told so far; nothing told when it is unknown.</summary>
    internal Part Find(Part wanted)
    {
        var index = Array.BinarySearch(Parts, wanted, PartOrder);
        return index >= 0 ? Parts[index] : wanted with { Amount = 0, Told = Told.Nothing };
    }

    internal static IComparer<Part> PartOrder { get; } = Comparer<Part>.Create(Part.Compare);

    /// <summary>UTF-8 JSON; the store writes it to a jsonb column and never looks inside.</summary>
    public byte[] ToJson() => FoldMemoryJson.Write(this);

    /// <exception cref="System.Text.Json.JsonException">Not what <see cref="ToJson"/> writes.</exception>
    public static FoldMemory FromJson(ReadOnlySpan<byte> json) => FoldMemoryJson.Read(json);
}

/// <summary>The numbers are stored: never change one.</summary>
[Flags]
internal enum Milestones
{
    None = 0,
    Authorized = 1,
    Voided = 2,

    /// <summary>A fact says that the payer may try again after a failure.</summary>
    CanBeTriedAgain = 4,
}

/// <summary>A fact about a payment before money is held. The newest counts; the later kind wins a tie, then the key.</summary>
internal readonly record struct Standing(long UtcTicks, FactKind Kind, string Key)
{
    public static Standing Newer(Standing? known, Standing other)
    {
        if (known is not { } one)
            return other;
        var order = one.UtcTicks.CompareTo(other.UtcTicks);
        if (order == 0)
            order = Rank(one.Kind).CompareTo(Rank(other.Kind));
        if (order == 0)
            order = string.CompareOrdinal(one.Key, other.Key);
        return order >= 0 ? one : other;
    }

    // Gateways write whole seconds, so that several steps share one: the later step of a payment's life wins.
    public static int Rank(FactKind kind) => kind switch
    {
        FactKind.RequiresPaymentMethod => 1,
        FactKind.RequiresConfirmation => 2,
        FactKind.RequiresAction => 3,
        FactKind.Processing => 4,
        FactKind.AttemptFailed => 5,
        FactKind.Failed => 6,
        _ => 0,
    };
}

/// <summary>A name for the payment (order, user) and the fact that gave it. The earliest counts.</summary>
internal readonly record struct Naming(long UtcTicks, string Key, string Value)
{
    public static Naming Earlier(Naming? known, Naming other)
    {
        if (known is not { } one)
            return other;
        var order = one.UtcTicks.CompareTo(other.UtcTicks);
        if (order == 0)
            order = string.CompareOrdinal(one.Key, other.Key);
        if (order == 0)
            order = string.CompareOrdinal(one.Value, other.Value);
        return order <= 0 ? one : other;
    }
}
