using System.Text.Json;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// The failure of the newest attempt that says why it failed: one picture, never mixed of two attempts. Of two at the same time the one
/// that says more counts, then the greater text.
/// </summary>
internal sealed record FailureMemory(long UtcTicks, PaymentFailure Failure)
{
    /// <returns>The same object when the fact adds nothing.</returns>
    public static FailureMemory? Join(FailureMemory? known, Fact fact)
    {
        if (fact.Kind is not (FactKind.AttemptFailed or FactKind.Failed) || fact.OccurredAt.UtcTicks < known?.UtcTicks)
            return known;
        return PaymentFailure.Of(fact.Details) is not { } failure ? known : Greater(known, new(fact.OccurredAt.UtcTicks, failure));
    }

    private static FailureMemory Greater(FailureMemory? known, FailureMemory told)
    {
        if (known is null)
            return told;
        var order = known.UtcTicks.CompareTo(told.UtcTicks);
        if (order == 0)
            order = Told(known.Failure).CompareTo(Told(told.Failure));
        if (order == 0)
            order = string.CompareOrdinal(known.Failure.ToString(), told.Failure.ToString());
        return order >= 0 ? known : told;
    }

    private static int Told(PaymentFailure failure)
    {
        var count = 0;
        ReadOnlySpan<string?> words =
            [failure.GatewayCode, failure.DeclineCode, failure.Message, failure.NetworkCode, failure.AdviceCode];
        foreach (var word in words)
            count += word is null ? 0 : 1;
        return count;
    }

    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(UtcTicks);
        json.WriteStringValue(Failure.Code);
        json.WriteStringValue(Failure.GatewayCode);
        json.WriteStringValue(Failure.DeclineCode);
        json.WriteStringValue(Failure.Message);
        json.WriteStringValue(Failure.NetworkCode);
        json.WriteStringValue(Failure.AdviceCode);
        json.WriteEndArray();
    }

    public static FailureMemory Read(ref Utf8JsonReader json)
    {
        json.Read();
        var ticks = json.GetInt64();
        var code = FoldMemoryJson.TextOrNull(ref json) ?? throw new JsonException("A failure in the memory of the fold has no code.");
        var failure = new PaymentFailure(
            code, FoldMemoryJson.TextOrNull(ref json), FoldMemoryJson.TextOrNull(ref json), FoldMemoryJson.TextOrNull(ref json),
            FoldMemoryJson.TextOrNull(ref json), FoldMemoryJson.TextOrNull(ref json));
        FoldMemoryJson.SkipRest(ref json);
        return new FailureMemory(ticks, failure);
    }
}
