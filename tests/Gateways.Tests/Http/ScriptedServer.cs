using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PaymentPipeline.TestKit.OpenApi;

namespace PaymentPipeline.Gateways.Tests.Http;

/// <summary>A real HTTP server on loopback that answers as the test says and keeps what it was asked.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    private ScriptedServer(Func<HttpContext, RecordedRequest, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            var request = await ReadAsync(context.Request);
            int number;
            lock (_requests)
            {
                _requests.Enqueue(request);
                number = _requests.Count;
            }

            await answer(context, request, number);
        });
    }

    public Uri Address => new(_app.Urls.First());
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <param name="answer">Is given the request as it came and its number, from 1 on.</param>
    public static async Task<ScriptedServer> StartAsync(Func<HttpContext, RecordedRequest, int, Task> answer)
    {
        var server = new ScriptedServer(answer);
        await server._app.StartAsync();
        return server;
    }

    public static Task<ScriptedServer> StartAsync(Func<HttpContext, int, Task> answer) =>
        StartAsync((context, _, number) => answer(context, number));

    /// <summary>Always the same answer.</summary>
    public static Task<ScriptedServer> StartAsync(int status, string json = "{}", params (string Name, string Value)[] headers) =>
        StartAsync((context, _) => context.AnswerAsync(status, json, headers));

    public async ValueTask DisposeAsync()
    {
        // Answers that never end would be waited for.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task<RecordedRequest> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var headers = request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        return new RecordedRequest(request.Method, target.Split('?')[0], request.QueryString.Value ?? "", headers, body.ToArray());
    }
}

internal static class Answers
{
    public static Task AnswerAsync(this HttpContext context, int status, string json, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json)).AsTask();
    }

    /// <summary>Says nothing until the client goes away.</summary>
    public static async Task NeverAnswerAsync(this HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }
}
