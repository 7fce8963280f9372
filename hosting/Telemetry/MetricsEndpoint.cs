using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Hosting.Telemetry;

internal static class MetricsEndpoint
{
    public static async Task HandleAsync(HttpContext context)
    {
        var text = await context.RequestServices.GetRequiredService<PrometheusReader>().CollectAsync(context.RequestAborted);
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text, context.RequestAborted);
    }
}
