namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// What no knob strikes, so that a fault meant for a payment does not hit what comes before it: pages for payers, access tokens.
/// </summary>
internal static class PlainEndpoint
{
    private static readonly string[] PageMethods = ["GET", "POST"];
    private static readonly string[] Post = ["POST"];

    public static void MapPage(this WebApplication app, ApiFloor floor, string pattern, Func<ApiRequest, ApiAnswer> handle) =>
        app.MapMethods(pattern, PageMethods, context => AnswerAsync(context, floor, handle));

    public static void MapToken(this WebApplication app, ApiFloor floor, string pattern, Func<ApiRequest, ApiAnswer> handle) =>
        app.MapMethods(pattern, Post, context => AnswerAsync(context, floor, handle));

    private static async Task AnswerAsync(HttpContext context, ApiFloor floor, Func<ApiRequest, ApiAnswer> handle)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new ApiRequest(context, "confirm", body.ToArray(), floor.Time.GetUtcNow());
        ApiAnswer answer;
        lock (floor.Lock)
        {
            answer = handle(request);
            floor.Truth.WriteSettled();
        }
        floor.Webhooks.Send(request.Tellings);

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        if (answer.Body.Length == 0) return;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body);
    }
}
