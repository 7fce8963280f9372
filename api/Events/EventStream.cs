using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Events;

/// <summary>
/// The feed as server-sent events (WHATWG HTML, section 9.2): the id of each is its position, so that a reader that was cut off
/// goes on where it was by sending it back as <c>Last-Event-ID</c>.
/// </summary>
internal static class EventStream
{
    /// <param name="goodUntil">When the reader's token ends; the stream ends with it, and says so.</param>
    public static async Task WriteAsync(
        HttpContext context, FeedQuery query, DateTimeOffset goodUntil, FeedWaiting waiting, EventsOptions options, TimeProvider time)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var output = response.BodyWriter;
        var aborted = context.RequestAborted;
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var began = time.GetTimestamp();
        var heartbeat = TimeSpan.FromSeconds(options.HeartbeatSeconds);
        Write(output, "retry: 1000\n\n");
        await output.FlushAsync(aborted);
        while (!stopping.IsCancellationRequested && time.GetElapsedTime(began).TotalMinutes < options.StreamMinutes)
        {
            var left = goodUntil - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                Write(output, ": the token has expired\n\n");
                return;
            }
            var page = await waiting.ReadAsync(query, left < heartbeat ? left : heartbeat, aborted);
            foreach (var told in page.Events) Write(output, told);
            // The position without an event, so that a filtered stream does not begin far back when it is cut off.
            if (page.Events.Count == 0) Write(output, $"id: {page.Next.ToString(CultureInfo.InvariantCulture)}\n: alive\n\n");
            await output.FlushAsync(aborted);
            query = query with { After = page.Next };
        }
    }

    private static void Write(PipeWriter output, FeedEvent told)
    {
        Write(output, $"id: {told.Position.ToString(CultureInfo.InvariantCulture)}\nevent: {told.Type}\ndata: ");
        // One line: the events are written without white space.
        output.Write(told.Json);
        Write(output, "\n\n");
    }

    private static void Write(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}
