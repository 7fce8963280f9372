using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// The keys that an issuer publishes, from an address or a file of the configuration. Fetched when first needed, again when they
/// are old, and for an unknown key id at most every <see cref="AgainAfter"/>; one fetch at a time, at most 64 KB and 5 s, no
/// redirects. What was fetched last stays good while the issuer cannot be reached.
/// </summary>
internal sealed class JwksSource(string address, TimeSpan keptFor, TimeProvider time, ILogger<JwksSource> logger) : IDisposable
{
    private const int BytesMax = 64 * 1024;
    private static readonly TimeSpan FetchAtMost = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = FetchAtMost,
        MaxResponseContentBufferSize = BytesMax,
    };
    private IReadOnlyList<SigningKey> _keys = [];
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;

    public static bool IsAllowed(string address) =>
        !address.Contains("://", StringComparison.Ordinal)
            ? File.Exists(address)
            : Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
                && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <summary>As fresh as asked for, or as fresh as could be had.</summary>
    public ValueTask<IReadOnlyList<SigningKey>> GetAsync(CancellationToken cancellationToken) =>
        time.GetUtcNow() - _fetchedAt < keptFor ? ValueTask.FromResult(_keys) : GetNewerAsync(cancellationToken);

    /// <summary>For a key id that is not among them: the issuer may have changed its keys a moment ago.</summary>
    public async ValueTask<IReadOnlyList<SigningKey>> GetNewerAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - _triedAt < AgainAfter) return _keys;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() - _triedAt < AgainAfter) return _keys;
            // Not the caller's token: the keys are for everybody, and a caller that hangs up must not spoil them.
            await FetchAsync();
            return _keys;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            // The old keys are not disposed of: a request may be checking with one just now.
            _keys = KeyReader.ReadSet(await ReadAsync());
            _fetchedAt = time.GetUtcNow();
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException or JsonException
            or UnauthorizedAccessException or CryptographicException)
        {
            Log.KeysNotFetched(logger, failure);
        }
        finally
        {
            _triedAt = time.GetUtcNow();
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (!address.Contains("://", StringComparison.Ordinal)) return await File.ReadAllBytesAsync(address);
        using var response = await _http.GetAsync(new Uri(address));
        if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"The issuer answered {(int)response.StatusCode}.");
        return await response.Content.ReadAsByteArrayAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
    }
}
