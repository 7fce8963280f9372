using System.Net;

namespace PaymentPipeline.Gateways;

/// <summary>
/// A request's body that knows whether a connection has begun to carry it. Before that the gateway has seen nothing; from then on it may
/// have seen all. A body that is absent is an empty one.
/// </summary>
internal sealed class WatchedContent : HttpContent
{
    private readonly HttpContent _inner;
    private volatile bool _hasBegun;

    public WatchedContent(HttpContent? inner)
    {
        _inner = inner ?? new ByteArrayContent([]);
        foreach (var (name, values) in _inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
    }

    /// <summary>A request without a watched body can have left at any time.</summary>
    public static bool MayHaveLeft(HttpRequestMessage request) => request.Content is not WatchedContent { _hasBegun: false };

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _hasBegun = true;
        return _inner.CopyToAsync(stream, context, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
