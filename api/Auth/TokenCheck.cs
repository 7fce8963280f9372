using System.Text.Json;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// From a bearer token to a caller: 1. it is a signed token of our kind, 2. a key of the issuer verifies its signature with an
/// algorithm that the key allows, 3. its claims are for us and for now, 4. they name somebody.
/// </summary>
internal sealed class TokenCheck(IOptions<AuthOptions> options, IssuerKeys keys, TimeProvider time)
{
    private readonly ClaimRules _rules = new(options.Value, time);
    private readonly VerifiedTokens _verified = new(time);

    /// <summary>Null whatever is wrong with it: the reason is nobody's business.</summary>
    public async ValueTask<Caller?> CheckAsync(string text, CancellationToken cancellationToken)
    {
        if (_verified.Find(text) is { } known) return known;
        var caller = await ReadAsync(text, cancellationToken);
        if (caller is not null) _verified.Add(text, caller);
        return caller;
    }

    private async ValueTask<Caller?> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (Token.Parse(text) is not { } token) return null;
        var candidates = await keys.FindAsync(token.KeyId, cancellationToken);
        if (!candidates.Any(key => key.Verifies(token.Algorithm, token.Signed, token.Signature))) return null;
        try
        {
            using var claims = JsonDocument.Parse(token.Claims, ClaimRules.Strict);
            return _rules.Read(claims.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Signed by the issuer, and still not claims.
            return null;
        }
    }
}
