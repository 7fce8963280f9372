using Microsoft.AspNetCore.Authorization;

namespace PaymentPipeline.Api.Auth;

/// <summary>The scope that a route asks for.</summary>
internal sealed record RequiredScope(string Scope);

internal static class ScopeRules
{
    /// <summary>Every route below <c>/v1</c> declares exactly one; without it the process does not start.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Scopes.All.Contains(scope)) throw new ArgumentException($"There is no scope '{scope}'.", nameof(scope));
        return route.WithMetadata(new RequiredScope(scope));
    }

    /// <exception cref="InvalidOperationException">
    /// A route declares neither a scope nor that it is open, or is open below <c>/v1</c>.
    /// </exception>
    public static void RequireOnEveryRoute(IEndpointRouteBuilder app)
    {
        var wrong = app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => !IsDeclared(route)).Select(route => route.DisplayName ?? route.RoutePattern.RawText).ToList();
        if (wrong.Count > 0) throw new InvalidOperationException($"These routes declare no scope: {string.Join(", ", wrong)}.");
    }

    private static bool IsDeclared(RouteEndpoint route)
    {
        var scoped = route.Metadata.GetMetadata<RequiredScope>() is not null;
        var open = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        var isOfApi = route.RoutePattern.RawText?.StartsWith(ApiRoutes.Prefix, StringComparison.OrdinalIgnoreCase) == true;
        return scoped ? !open : open && !isOfApi;
    }
}
