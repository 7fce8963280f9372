using Microsoft.AspNetCore.Authorization;
using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// Deny by default: after routing, before the route. Only what declares itself open is open. Everything else needs 1. a good token,
/// from the certificate that it is bound to, 2. room within the caller's rate, 3. the scope that the route declares.
/// </summary>
internal sealed class CallerCheck(RequestDelegate next, TokenCheck tokens, RateLimits limits)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        // No endpoint, or one that the framework made to answer 405 or 415: there is nothing to protect.
        if (context.GetEndpoint() is not RouteEndpoint route || route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context);
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var caller = await AuthenticateAsync(context);
        if (Refusal(context, route, caller) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        context.Features.Set(caller);
        await next(context);
    }

    private async ValueTask<Caller?> AuthenticateAsync(HttpContext context)
    {
        var lines = context.Request.Headers.Authorization;
        if (lines.Count != 1 || lines[0] is not { } line || !line.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var caller = await tokens.CheckAsync(line[Scheme.Length..], context.RequestAborted);
        return caller?.CertificateThumbprint is null || await ClientCertificates.IsFromAsync(context, caller.CertificateThumbprint)
            ? caller
            : null;
    }

    private ProblemResult? Refusal(HttpContext context, RouteEndpoint route, Caller? caller)
    {
        if (caller is null)
        {
            if (limits.Take(context.Connection.RemoteIpAddress) is { } wait) return Problems.RateLimited.ToResult(wait);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Unauthenticated.ToResult();
        }
        if (limits.Take(caller) is { } pause) return Problems.RateLimited.ToResult(pause);
        var required = route.Metadata.GetMetadata<RequiredScope>();
        return required is null || !caller.Scopes.Contains(required.Scope) ? Problems.InsufficientScope.ToResult() : null;
    }
}
