using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Api;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>The API as it is, on a real socket, with an issuer of tokens of its own.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServer(WebApplication app, Tokens tokens)
    {
        _app = app;
        Tokens = tokens;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        // As a careless client: headers may hold anything.
        Http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = Address };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public Tokens Tokens { get; }
    public IServiceProvider Services => _app.Services;
    public IEnumerable<RouteEndpoint> Routes =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <param name="database">A connection string; without one the books are out of reach, which the front does not mind.</param>
    public static async Task<ApiServer> StartAsync(
        string? database = null, Action<WebApplicationBuilder>? configure = null, Action<RouteGroupBuilder>? routes = null,
        params string[] settings)
    {
        var tokens = new Tokens();
        string[] arguments =
        [
            "--urls", "http://127.0.0.1:0",
            $"--Database:ConnectionString={database ?? "Host=127.0.0.1;Port=1;Database=none;Username=none"}",
            $"--Auth:Issuer={Tokens.Issuer}",
            $"--Auth:Audience={Tokens.Audience}",
            $"--Auth:SigningKeys:0={tokens.PublicPem}",
            "--RateLimits:StrangerBurst=1000000",
            .. settings,
        ];
        var app = ApiApp.Create(arguments, configure, routes);
        await app.StartAsync();
        return new ApiServer(app, tokens);
    }

    /// <summary>With a good token for everything, unless another one, or none (""), is given.</summary>
    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, string? json = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (token != "") request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Tokens.Good());
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    public Task<ApiAnswer> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, token: token);

    public Task<ApiAnswer> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, headers: headers);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Tokens.Dispose();
    }
}

/// <summary>What came back.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Body, HttpResponseHeaders Headers, string? ContentType)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The problem's code; null where the answer is none.</summary>
    public string? Code => ContentType == "application/problem+json" ? Json.GetProperty("code").GetString() : null;

    /// <summary>The problem's member; null where it names none.</summary>
    public string? Member => Json.TryGetProperty("member", out var member) ? member.GetString() : null;

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response) =>
        new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
}
