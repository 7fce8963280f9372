namespace PaymentPipeline.Core.Payments;

/// <summary>What the fold has to remember of the facts it has seen. Stored as JSON beside the payment.</summary>
public sealed record FoldMemory
{
    public static FoldMemory Empty { get; } = new();

    /// <summary>UTF-8 JSON; the store writes it to a jsonb column and never looks inside.</summary>
    public byte[] ToJson() => throw new NotSupportedException();

    public static FoldMemory FromJson(ReadOnlySpan<byte> json) => throw new NotSupportedException();
}
