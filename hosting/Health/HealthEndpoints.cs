using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Hosting.Health;

/// <summary>
/// Live: the process answers; failing it means "restart me". Ready: it can do its work; failing it means "send me none".
/// </summary>
internal static class HealthEndpoints
{
    private static readonly byte[] Alive = "{\"status\":\"alive\"}"u8.ToArray();

    public static Task LiveAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Alive.Length;
        return context.Response.Body.WriteAsync(Alive, context.RequestAborted).AsTask();
    }

    public static async Task ReadyAsync(HttpContext context)
    {
        var results = await context.RequestServices.GetRequiredService<Readiness>().AskAsync(context.RequestAborted);
        var ready = results.All(result => result.Reason is null);
        context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(Render(ready, results), context.RequestAborted);
    }

    private static byte[] Render(bool ready, IReadOnlyList<CheckResult> results)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", ready ? "ready" : "not ready");
            json.WriteStartArray("checks");
            foreach (var result in results)
            {
                json.WriteStartObject();
                json.WriteString("name", result.Name);
                json.WriteBoolean("ready", result.Reason is null);
                if (result.Reason is not null) json.WriteString("reason", result.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
