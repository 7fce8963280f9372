namespace PaymentPipeline.Api.Auth;

/// <summary>
/// Who asks, as the token says; a parameter of any route below <c>/v1</c>.
/// </summary>
/// <param name="Tenant">Whose payments may be seen and made; from the token only.</param>
internal sealed record Caller(string Tenant, string Issuer, string Subject, IReadOnlySet<string> Scopes)
{
    public const string DefaultTenant = "default";

    /// <summary>Who owns idempotency keys and rate limits: one name per issuer and subject.</summary>
    public string Principal => $"{Issuer}|{Subject}";

    /// <summary>SHA-256 of the client certificate that the token is bound to, base64url; null where it is bound to none.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>When the token ends, the allowed difference of clocks included.</summary>
    public DateTimeOffset GoodUntil { get; init; }

    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(Of(context));

    /// <exception cref="InvalidOperationException">The route is open to everybody and has no caller.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("There is no caller: the route declares no scope.");
}
