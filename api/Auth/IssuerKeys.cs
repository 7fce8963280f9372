using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Auth;

/// <summary>The keys of the issuer: those of the configuration, then those that it publishes.</summary>
internal sealed class IssuerKeys : IDisposable
{
    private readonly List<SigningKey> _configured;
    private readonly JwksSource? _published;

    public IssuerKeys(IOptions<AuthOptions> options, TimeProvider time, ILogger<JwksSource> logger)
    {
        var auth = options.Value;
        _configured = [.. auth.SigningKeys.Where(AuthOptionsValidator.IsSet).Select(text => KeyReader.Read(text).Key).OfType<SigningKey>()];
        if (auth.JwksUri is not null) _published = new JwksSource(auth.JwksUri, TimeSpan.FromSeconds(auth.JwksKeptSeconds), time, logger);
    }

    /// <summary>
    /// The keys that a token with this <c>kid</c> may be signed with: those of that id, else those without one. An id that nobody
    /// knows makes the published keys be fetched again, not more often than <see cref="JwksSource"/> allows.
    /// </summary>
    public async ValueTask<IReadOnlyList<SigningKey>> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        IReadOnlyList<SigningKey> published = _published is null ? [] : await _published.GetAsync(cancellationToken);
        var found = Matching(keyId, published);
        if (found.Count > 0 || _published is null || keyId is null) return found;
        return Matching(keyId, await _published.GetNewerAsync(cancellationToken));
    }

    private List<SigningKey> Matching(string? keyId, IReadOnlyList<SigningKey> published)
    {
        var all = _configured.Concat(published);
        if (keyId is null) return [.. all];
        var named = all.Where(key => key.Id == keyId).ToList();
        return named.Count > 0 ? named : [.. all.Where(key => key.Id is null)];
    }

    public void Dispose()
    {
        foreach (var key in _configured) key.Dispose();
        _published?.Dispose();
    }
}
