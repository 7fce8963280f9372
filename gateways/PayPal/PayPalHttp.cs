using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Fetches certificate documents: no redirects, no proxy, no cookies, no address that is not public, little and soon.</summary>
internal sealed class PayPalHttp(HttpMessageHandler handler, TimeProvider time)
{
    public const int DocumentLengthMax = 64 * 1024;
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(3);

    public static SocketsHttpHandler CreateHandler(PayPalCertificateOrigins origins) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeMax,
        MaxConnectionsPerServer = 2,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, origins, cancellationToken),
    };

    /// <summary>Never throws: every way to fail is a case of the result.</summary>
    public async Task<PayPalDocument> FetchAsync(string address)
    {
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        using var timeout = new CancellationTokenSource(TimeMax, time);
        var isAnswered = false;
        try
        {
            using var response = await client.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            isAnswered = true;
            if (response.StatusCode != HttpStatusCode.OK)
                return MayWorkLater((int)response.StatusCode) ? PayPalDocument.Unavailable : PayPalDocument.Refused;
            return await ReadAsync(response.Content, timeout.Token) is { } text ? new PayPalDocument(text, false) : PayPalDocument.Refused;
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException)
        {
            // A server that answers and then drips is refused; one that does not answer may do so later.
            var isRefused = IsForbidden(problem) || (isAnswered && problem is OperationCanceledException);
            return isRefused ? PayPalDocument.Refused : PayPalDocument.Unavailable;
        }
    }

    private static bool MayWorkLater(int status) => status is >= 500 or 408 or 429;

    private static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > DocumentLengthMax)
            return null;
        var buffer = new byte[DocumentLengthMax + 1];
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > DocumentLengthMax ? null : System.Text.Encoding.Latin1.GetString(buffer, 0, length);
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, PayPalCertificateOrigins origins, CancellationToken cancellationToken)
    {
        var endPoint = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => origins.MayConnect(endPoint, address)).ToArray();
        if (allowed.Length == 0)
            throw new ForbiddenAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsForbidden(Exception? problem) =>
        problem is not null && (problem is ForbiddenAddressException || IsForbidden(problem.InnerException));

    private sealed class ForbiddenAddressException() : IOException("The host resolves to no public address.");
}

/// <summary>What a fetch brought: a text; or nothing, for a rule's sake (refused) or for now (unavailable).</summary>
internal readonly record struct PayPalDocument(string? Text, bool IsUnavailable)
{
    public static PayPalDocument Refused => default;
    public static PayPalDocument Unavailable => new(null, true);
}
