using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>
/// PayPal's API as a test scripts it, by route; with a client for it. What is asked of it must be what PayPal's own descriptions
/// take, where they are at hand.
/// </summary>
internal sealed class PayPalApiServer : IAsyncDisposable
{
    public const string Token = "A21AA-token-1";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, RecordedRequest, Task>>> _routes = new();
    private ScriptedServer _server = null!;
    private ServiceProvider _services = null!;
    private int _tokens;

    /// <summary>Added to the machine's own time.</summary>
    public ShiftedTime Time { get; } = new();
    public IPaymentGateway Client { get; private set; } = null!;

    /// <summary>Of the next tokens, in seconds.</summary>
    public int TokenLife { get; set; } = 32400;
    public int TokensGiven => _tokens;

    /// <summary>All but those for tokens.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _server.Requests.Where(request => request.Path != "/v1/oauth2/token")];

    public static async Task<PayPalApiServer> StartAsync(params (string Member, string Value)[] settings)
    {
        var server = new PayPalApiServer();
        server._server = await ScriptedServer.StartAsync((context, request, _) => server.AnswerAsync(context, request));
        server.MakeClient(settings);
        return server;
    }

    /// <summary>The next answer of a route, "POST /v2/checkout/orders"; the last one is given again and again.</summary>
    public PayPalApiServer On(string route, int status, string json = "", params (string Name, string Value)[] headers) =>
        On(route, (context, _) => json == "" ? Empty(context, status) : context.AnswerAsync(status, json, headers));

    public PayPalApiServer On(string route, Func<HttpContext, RecordedRequest, Task> answer)
    {
        _routes.GetOrAdd(route, _ => new()).Enqueue(answer);
        return this;
    }

    public IEnumerable<RecordedRequest> To(string route) => Requests.Where(request => request.ToString() == route);

    public JsonElement BodyOf(string route)
    {
        using var document = JsonDocument.Parse(Assert.Single(To(route)).Body);
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static Task Empty(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private void MakeClient((string Member, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ClientId"] = "client-1",
            ["ClientSecret"] = "secret-1",
            ["BaseUrl"] = _server.Address.AbsoluteUri,
            ["Http:RetryDelayMs"] = "5",
        };
        foreach (var (member, value) in settings)
            all[member] = value;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(all.ToDictionary(one => "Gateways:PayPal:" + one.Key, one => one.Value)).Build();
        _services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddPaymentGateways(configuration).BuildServiceProvider();
        Client = _services.GetRequiredService<PaymentGatewayRegistry>().Find("paypal")!;
    }

    private Task AnswerAsync(HttpContext context, RecordedRequest request)
    {
        if (_routes.TryGetValue(request.ToString(), out var answers) && answers.TryPeek(out var answer))
        {
            if (answers.Count > 1)
                answers.TryDequeue(out answer);
            return answer!(context, request);
        }
        return request.Path == "/v1/oauth2/token"
            ? GiveTokenAsync(context)
            : context.AnswerAsync(404, """{"name":"RESOURCE_NOT_FOUND","message":"Not scripted.","debug_id":"d404"}""");
    }

    private Task GiveTokenAsync(HttpContext context) => context.AnswerAsync(200, $$"""
        {"scope":"s","access_token":"A21AA-token-{{Interlocked.Increment(ref _tokens)}}","token_type":"Bearer","expires_in":{{TokenLife}}}
        """);
}

internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
