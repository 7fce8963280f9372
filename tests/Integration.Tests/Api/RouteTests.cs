using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PaymentPipeline.Api;
using PaymentPipeline.Api.Auth;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Deny by default: nothing answers without a token but what says that it is open.</summary>
public sealed class RouteTests(FrontFixture front) : IClassFixture<FrontFixture>
{
    private static readonly string[] Open = ["/metrics", "/health/live", "/health/ready", "/openapi/{documentName}.json"];

    [Fact]
    public async Task Every_route_but_the_open_ones_refuses_a_caller_without_a_token()
    {
        foreach (var route in front.Server.Routes.Where(route => !Open.Contains(route.RoutePattern.RawText)))
        {
            var method = route.Metadata.GetRequiredMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().HttpMethods[0];
            var path = System.Text.RegularExpressions.Regex.Replace(route.RoutePattern.RawText!, @"\{[^}]+\}", "x");

            var json = method is "POST" or "PUT" or "PATCH" ? "{}" : null;
            var answer = await front.Server.SendAsync(new HttpMethod(method), path, json, token: "");

            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{method} {path} answered {answer.Status}");
        }
    }

    [Fact]
    public void Every_route_of_the_api_declares_one_scope_and_is_not_open()
    {
        var routes = front.Server.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.Single(route.Metadata.GetOrderedMetadata<RequiredScope>()));
        Assert.All(routes, route => Assert.Null(route.Metadata.GetMetadata<IAllowAnonymous>()));
    }

    [Theory, InlineData("open"), InlineData("bare")]
    public void A_route_of_the_api_without_a_scope_stops_the_start(string kind)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => ApiApp.Create([], routes: v1 =>
        {
            var route = v1.MapGet("/forgotten", () => Results.Ok());
            if (kind == "open") route.AllowAnonymous();
        }));

        Assert.Contains("forgotten", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_addresses_and_methods_get_problems()
    {
        var unknown = await front.Server.GetAsync("/v1/nothing");
        var method = await front.Server.SendAsync(HttpMethod.Put, "/v1/probe/a", "{}");
        var type = await front.Server.SendAsync(HttpMethod.Post, "/v1/probe");

        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (unknown.Status, unknown.Code));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed"), (method.Status, method.Code));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (type.Status, type.Code));
    }
}
