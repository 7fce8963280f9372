using Microsoft.AspNetCore.Authorization;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// Deny by default: after routing, before the route. Only what declares itself open is open; everything else needs a good token
/// with the scope that the route declares.
/// </summary>
internal sealed class CallerCheck(RequestDelegate next, TokenCheck tokens)
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
        var caller = await AuthenticateAsync(context);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, Problems.Unauthenticated);
            return;
        }
        if (route.Metadata.GetMetadata<RequiredScope>() is not { } required || !caller.Scopes.Contains(required.Scope))
        {
            await RefuseAsync(context, Problems.InsufficientScope);
            return;
        }
        context.Features.Set(caller);
        await next(context);
    }

    private ValueTask<Caller?> AuthenticateAsync(HttpContext context)
    {
        var lines = context.Request.Headers.Authorization;
        return lines.Count == 1 && lines[0] is { } line && line.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? tokens.CheckAsync(line[Scheme.Length..], context.RequestAborted)
            : ValueTask.FromResult<Caller?>(null);
    }

    private static Task RefuseAsync(HttpContext context, Problem problem) => problem.ToResult().ExecuteAsync(context);
}
