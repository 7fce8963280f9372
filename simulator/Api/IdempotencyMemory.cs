using System.Security.Cryptography;

namespace PaymentPipeline.Simulator.Api;

/// <summary>What became of a claim on a key. <see cref="Answer"/> is the first one, where it is known.</summary>
internal readonly record struct KeyClaim(KeyState State, ApiAnswer? Answer = null);

internal enum KeyState { New, InFlight, OtherBody, Replayed }

/// <summary>One gateway account's memory of idempotency keys: the first answer, and what was asked under the key.</summary>
internal sealed class IdempotencyMemory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Claims the key for a request, to be ended by <see cref="Finish"/> or <see cref="Release"/> when it is new.</summary>
    public KeyClaim Begin(string key, ApiRequest request)
    {
        var asked = FingerprintOf(request);
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                _entries[key] = new Entry(asked, null);
                return new KeyClaim(KeyState.New);
            }
            if (entry.Asked != asked) return new KeyClaim(KeyState.OtherBody, entry.Answer);
            return entry.Answer is null ? new KeyClaim(KeyState.InFlight) : new KeyClaim(KeyState.Replayed, entry.Answer);
        }
    }

    public void Finish(string key, ApiAnswer answer)
    {
        lock (_lock) _entries[key] = _entries[key] with { Answer = answer };
    }

    /// <summary>Nothing was begun under the key: it is free again.</summary>
    public void Release(string key)
    {
        lock (_lock) _entries.Remove(key);
    }

    /// <summary>As when the key is too old. A key in flight stays.</summary>
    public void Forget(string key)
    {
        lock (_lock)
            if (_entries.TryGetValue(key, out var entry) && entry.Answer is not null) _entries.Remove(key);
    }

    private static string FingerprintOf(ApiRequest request) =>
        $"{request.Method} {request.Path} {Convert.ToHexStringLower(SHA256.HashData(request.Body))}";

    private sealed record Entry(string Asked, ApiAnswer? Answer);
}
