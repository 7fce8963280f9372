namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>An HTTP request as a server received it.</summary>
/// <param name="Path">From the slash on, still percent-encoded, without the query.</param>
/// <param name="Query">With or without its question mark; empty for none.</param>
/// <param name="Headers">By name, whatever the case.</param>
public sealed record RecordedRequest(
    string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public override string ToString() => $"{Method} {Path}";
}
