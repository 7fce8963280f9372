using Microsoft.AspNetCore.Http.Features;

namespace PaymentPipeline.Ingress;

/// <summary>Hands everything under <c>/webhooks</c> to the endpoint, by the request target as sent.</summary>
internal sealed class WebhookMiddleware(RequestDelegate next, WebhookEndpoint endpoint)
{
    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.StartsWith(WebhookRoutes.Prefix, StringComparison.Ordinal) ? endpoint.HandleAsync(context, target) : next(context);
    }
}
