using PaymentPipeline.Client;

namespace PaymentPipeline.Samples.OrderKeeper;

/// <summary>Keeps orders from <c>GET /v1/events</c>: needs a token with payments:read and nothing else.</summary>
public static class FromFeed
{
    /// <summary>Reads on from where the orders stand, until nothing came for <paramref name="patience"/>.</summary>
    public static async Task ReadAsync(
        Orders orders, EventsClient events, TimeSpan patience, Action<PaymentEvent> changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await events.ReadAsync(orders.Cursor, patience, cancellationToken: cancellationToken);
            foreach (var told in page.Events)
                if (orders.Take(told)) changed(told);
            orders.Cursor = page.Cursor;
            orders.Save();
            if (page.Events.Count == 0 && !page.HasMore) return;
        }
    }
}
