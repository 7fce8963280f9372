using System.Collections.Frozen;
using System.Text.Json;

namespace PaymentPipeline.Api.Auth;

/// <summary>What the claims of a token must say. Members of the wrong kind throw <see cref="InvalidOperationException"/>.</summary>
internal sealed class ClaimRules(AuthOptions options, TimeProvider time)
{
    public static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private const int SubjectLengthMax = 255;
    private const int TenantLengthMax = 64;
    private static readonly TimeSpan LifeMax = TimeSpan.FromHours(1);
    private readonly double _skew = options.ClockSkewSeconds;

    /// <summary>Null when a claim is missing or not as it must be.</summary>
    public Caller? Read(JsonElement claims)
    {
        if (claims.ValueKind != JsonValueKind.Object || !IsForUs(claims) || !IsForNow(claims)) return null;
        var subject = Text(claims, "sub");
        var tenant = Text(claims, "tenant") ?? Caller.DefaultTenant;
        if (subject is null || subject.Length is 0 or > SubjectLengthMax || subject.Any(char.IsControl) || !IsTenant(tenant)) return null;
        return new Caller(tenant, options.Issuer, subject, Scopes(claims)) 
        {
            CertificateThumbprint = Confirmation(claims),
            GoodUntil = DateTimeOffset.FromUnixTimeMilliseconds((long)((claims.GetProperty("exp").GetDouble() + _skew) * 1000)),
        };
    }

    private bool IsForUs(JsonElement claims)
    {
        if (Text(claims, "iss") != options.Issuer || !claims.TryGetProperty("aud", out var audience)) return false;
        return audience.ValueKind == JsonValueKind.Array
            ? audience.EnumerateArray().Any(one => one.GetString() == options.Audience)
            : audience.GetString() == options.Audience;
    }

    private bool IsForNow(JsonElement claims)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        if (Time(claims, "exp") is not { } expires || now >= expires + _skew) return false;
        if (Time(claims, "nbf") > now + _skew || Time(claims, "iat") > now + _skew) return false;
        // Without the time of issue the rest of its life tells: a token that lives longer than allowed is refused either way.
        var issued = Time(claims, "iat") ?? now + _skew;
        return expires - issued <= LifeMax.TotalSeconds;
    }

    /// <summary>RFC 7519, section 2: seconds, possibly with a fraction.</summary>
    private static double? Time(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? value.GetDouble() : null;

    private static string? Text(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static bool IsTenant(string tenant) =>
        tenant.Length is > 0 and <= TenantLengthMax && tenant.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>RFC 8693, section 4.2: words in one text; some issuers write an array. Scopes of others are passed over.</summary>
    private static FrozenSet<string> Scopes(JsonElement claims)
    {
        if (!claims.TryGetProperty("scope", out var scope)) return [];
        var words = scope.ValueKind == JsonValueKind.Array
            ? scope.EnumerateArray().Select(word => word.GetString() ?? "")
            : (scope.GetString() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Where(Auth.Scopes.All.Contains).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>RFC 8705, section 3.1: the token is good only over a connection with this certificate.</summary>
    private static string? Confirmation(JsonElement claims) =>
        claims.TryGetProperty("cnf", out var confirmation) ? Text(confirmation, "x5t#S256") ?? "" : null;
}
