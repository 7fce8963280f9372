using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>A request as a stub of the ingress saw it.</summary>
internal sealed record SeenRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An HTTP server in place of the ingress: keeps what comes, answers what the test says.</summary>
internal sealed class GatewayStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayStub(WebApplication app) => _app = app;

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();
    public Uri Address => new(_app.Urls.First());

    public static async Task<GatewayStub> StartAsync(Func<SeenRequest, int> answer, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var stub = new GatewayStub(app);
        app.Run(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var seen = new SeenRequest(context.Request.Path, headers, body.ToArray());
            stub.Seen.Enqueue(seen);
            context.Response.StatusCode = answer(seen);
        });
        await app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
