using System.Collections.Concurrent;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// Callers of tokens that were checked a moment ago: a signature costs a tenth of a millisecond, and a caller sends the same token with
/// every request. Kept for a minute at most, so that a key that is withdrawn does not live on, and never beyond the token's own end.
/// </summary>
internal sealed class VerifiedTokens(TimeProvider time)
{
    private const int CountMax = 10_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public Caller? Find(string token) =>
        _entries.TryGetValue(token, out var entry) && time.GetUtcNow() < entry.Until ? entry.Caller : null;

    /// <param name="caller">What <see cref="TokenCheck"/> made of it.</param>
    public void Add(string token, Caller caller)
    {
        // Emptied as a whole: a minute's tokens are soon there again, and nobody keeps books on which was used last.
        if (_entries.Count >= CountMax) _entries.Clear();
        var until = time.GetUtcNow() + KeptFor;
        _entries[token] = new Entry(caller, until < caller.GoodUntil ? until : caller.GoodUntil);
    }

    private sealed record Entry(Caller Caller, DateTimeOffset Until);
}
