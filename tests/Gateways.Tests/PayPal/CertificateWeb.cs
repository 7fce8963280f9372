using System.Net;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>Stands for the sockets: serves documents by address and counts what is asked for.</summary>
internal sealed class CertificateWeb : HttpMessageHandler
{
    private int _fetches;

    public Dictionary<string, string> Documents { get; } = [];

    /// <summary>Answers wait for this, when it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public HttpStatusCode MissingStatus { get; set; } = HttpStatusCode.NotFound;

    public int Fetches => _fetches;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _fetches);
        if (Gate is not null)
            await Gate.Task.WaitAsync(cancellationToken);
        return Documents.TryGetValue(request.RequestUri!.OriginalString, out var document)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(document) }
            : new HttpResponseMessage(MissingStatus);
    }
}
