using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Events;

/// <summary>
/// <c>GET /v1/events</c>: the outgoing events by position, for consumers without a broker. As pages, at once or when there is
/// something (<c>wait</c>), or as a stream of server-sent events where the request accepts <c>text/event-stream</c>.
/// </summary>
internal static class GetEvents
{
    private const string StreamType = "text/event-stream";

    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/events", HandleAsync)
        .RequireScope(Scopes.PaymentsRead)
        .WithName("GetEvents")
        .WithTags("Events")
        .WithSummary("The outgoing events, in the order of their publication")
        .WithDescription("Give the cursor of the last page as 'after'. A cursor skips nothing and repeats nothing.")
        .Produces<EventPage>();

    private static async Task HandleAsync(
        HttpContext context, Caller caller, TenantAccounts accounts, EventFeed feed, FeedWaiting waiting, IOptions<EventsOptions> options,
        TimeProvider time)
    {
        var request = await FeedRequest.ReadAsync(context, caller, accounts, feed, context.RequestAborted);
        var streams = context.Request.Headers.Accept.Any(
            accepted => accepted?.Contains(StreamType, StringComparison.OrdinalIgnoreCase) == true);
        var waits = streams || request.Wait > TimeSpan.Zero;
        using var place = waits ? waiting.TryEnter() : null;
        if (waits && place is null)
        {
            await Problems.Unavailable.ToResult(TimeSpan.FromSeconds(5), "Too many readers wait for events.").ExecuteAsync(context);
            return;
        }
        if (streams) await EventStream.WriteAsync(context, request.Query, caller.GoodUntil, waiting, options.Value, time);
        else await WritePageAsync(context, await waiting.ReadAsync(request.Query, request.Wait, context.RequestAborted));
    }

    private static async Task WritePageAsync(HttpContext context, FeedPage page)
    {
        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("events"u8);
        // The bytes are those that were published: checked when they were written.
        foreach (var told in page.Events) json.WriteRawValue(told.Json, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteString("cursor"u8, page.Next.ToString(CultureInfo.InvariantCulture));
        json.WriteBoolean("hasMore"u8, page.HasMore);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}

/// <summary>A page of the feed, for the description of the API: what is written are the published bytes.</summary>
/// <param name="Events">CloudEvents 1.0, as on the topic payment.events; see docs/events.</param>
/// <param name="Cursor">Give it as <c>after</c> to go on.</param>
/// <param name="HasMore">There is more to read at once.</param>
internal sealed record EventPage(IReadOnlyList<JsonElement> Events, string Cursor, bool HasMore);
