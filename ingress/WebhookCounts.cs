namespace PaymentPipeline.Ingress;

/// <summary>
/// What each webhook counts, kept as plain numbers and read when somebody asks for the metrics: a counter with labels looks up its
/// labels at each addition.
/// </summary>
internal sealed class WebhookCounts(string gateway)
{
    private long _received;
    private long _accepted;
    private long _bodyBytes;

    public KeyValuePair<string, object?> GatewayTag { get; } = new("gateway", gateway);

    public long Received => Interlocked.Read(ref _received);
    public long Accepted => Interlocked.Read(ref _accepted);
    public long BodyBytes => Interlocked.Read(ref _bodyBytes);

    public void AddReceived() => Interlocked.Increment(ref _received);
    public void AddAccepted() => Interlocked.Increment(ref _accepted);
    public void AddBody(int bytes) => Interlocked.Add(ref _bodyBytes, bytes);
}
