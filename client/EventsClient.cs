using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PaymentPipeline.Client;

/// <summary>An event and the cursor after it: store both in one transaction, and a restart neither skips nor repeats.</summary>
public readonly record struct FedEvent(PaymentEvent Event, string Cursor);

/// <summary>The outgoing events from <c>GET /v1/events</c>.</summary>
public sealed class EventsClient
{
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    private readonly ApiConnection _api;
    private readonly TimeProvider _time;

    internal EventsClient(ApiConnection api, TimeProvider time) => (_api, _time) = (api, time);

    /// <param name="after">The last cursor; null from the oldest event that is kept, "latest" from now on.</param>
    /// <param name="wait">How long to wait for an event when there is none; up to 60 s.</param>
    public Task<EventPage> ReadAsync(
        string? after, TimeSpan wait = default, int limit = 100, CancellationToken cancellationToken = default)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"v1/events?limit={limit}&wait={(int)wait.TotalSeconds}");
        return _api.GetAsync(
            after is null ? query : $"{query}&after={Uri.EscapeDataString(after)}", ClientJson.Default.EventPage, cancellationToken);
    }

    /// <summary>
    /// All events from <paramref name="after"/> on, as they come, until cancelled; goes on where it was when the connection breaks.
    /// </summary>
    /// <exception cref="PaymentPipelineException">The API refuses: the cursor is too old, the token is not good.</exception>
    public async IAsyncEnumerable<FedEvent> StreamAsync(
        string? after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var cursor = after;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var events = ConnectAsync(cursor, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(events, cancellationToken))
            {
                cursor = events.Current.Cursor;
                yield return events.Current;
            }
            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    private async IAsyncEnumerable<FedEvent> ConnectAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        using var response = await _api.OpenAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await ApiConnection.ProblemOfAsync(response, cancellationToken);

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var stream = SseParser.Create(body, static (_, data) => JsonSerializer.Deserialize(data, ClientJson.Default.PaymentEvent)!);
        await foreach (var item in stream.EnumerateAsync(cancellationToken)) yield return new FedEvent(item.Data, stream.LastEventId);
    }

    /// <summary>False when the connection ended, in whatever way that a new one can mend.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<FedEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException
            or PaymentPipelineException { Status: 429 or >= 500 }
            || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
