using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Hosting;

public sealed class ErrorTests
{
    [Fact]
    public async Task An_exception_is_answered_500_without_a_word_about_it()
    {
        await using var service = await TestService.StartAsync(routes: app =>
            app.MapGet("/fails", new RequestDelegate(_ => throw new InvalidOperationException("password=secret"))));

        var response = await service.Http.GetAsync("/fails");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("internal_error", JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("DELETE", "/metrics", 405, "method_not_allowed")]
    public async Task What_the_framework_refuses_is_a_problem_too(string method, string path, int status, string code)
    {
        await using var service = await TestService.StartAsync();

        var response = await service.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)response.StatusCode);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task No_answer_names_the_server()
    {
        await using var service = await TestService.StartAsync();

        Assert.Empty((await service.Http.GetAsync("/health/live")).Headers.Server);
    }
}
