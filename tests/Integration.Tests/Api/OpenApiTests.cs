using System.Text.Json;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>The document is made from the routes, complete, and says what callers need.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private ApiServer _server = null!;
    private JsonElement _document;

    public async Task InitializeAsync()
    {
        _server = await ApiServer.StartAsync();
        _document = (await _server.GetAsync("/openapi/v1.json", token: "")).Json;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Every_route_is_in_the_document_and_no_other()
    {
        var mapped = _server.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.OfType<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().Single().HttpMethods
                .Select(method => $"{method} {route.RoutePattern.RawText}"));

        Assert.Equal(mapped.Order(), Operations().Select(operation => operation.Route).Order());
    }

    [Fact]
    public void Every_operation_has_a_name_a_summary_a_tag_security_and_its_problems() => Assert.All(Operations(), operation =>
    {
        Assert.True(operation.Json.TryGetProperty("operationId", out _), operation.Route);
        Assert.True(operation.Json.TryGetProperty("summary", out _), operation.Route);
        Assert.Single(operation.Json.GetProperty("tags").EnumerateArray());
        Assert.Single(operation.Json.GetProperty("security")[0].GetProperty("bearer").EnumerateArray());
        var responses = operation.Json.GetProperty("responses");
        foreach (var status in new[] { "400", "401", "403", "429", "500", "503" })
            Assert.True(responses.TryGetProperty(status, out _), $"{operation.Route} {status}");
    });

    [Fact]
    public void Operations_that_take_an_idempotency_key_say_so() => Assert.All(
        Operations().Where(operation => operation.Json.TryGetProperty("parameters", out var all)
            && all.EnumerateArray().Any(parameter => parameter.GetProperty("name").GetString() == "Idempotency-Key")),
        operation => Assert.True(operation.Json.GetProperty("responses").TryGetProperty("422", out _), operation.Route));

    [Fact]
    public async Task The_page_is_served()
    {
        var page = await _server.GetAsync("/docs/index.html", token: "");

        Assert.Equal("text/html", page.ContentType);
    }

    [NodeToolsFact]
    public async Task Spectral_finds_no_errors()
    {
        var file = Path.Combine(Path.GetTempPath(), $"openapi-{Environment.ProcessId}.json");
        await File.WriteAllTextAsync(file, _document.GetRawText());
        var (status, output) = NodeTools.Run(
            "node", "node_modules/@stoplight/spectral-cli/dist/index.js", "lint", file, "--ruleset", Path.Combine(NodeTools.Root, ".spectral.yaml"), "--fail-severity", "error");
        File.Delete(file);

        Assert.True(status == 0, output);
    }

    private IEnumerable<(string Route, JsonElement Json)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);
}
