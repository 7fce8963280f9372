using System.Text;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>One thing that happens at Stripe, by a request or without: the events that it tells.</summary>
internal sealed class StripeStep(StripeBooks books, DateTimeOffset now, Action<Telling> tell, string? requestId, string? key)
{
    public DateTimeOffset Now { get; } = now;
    public string? Key { get; } = key;

    public void Tell(string type, string dataObject, TruthRecord? about, string? previous = null)
    {
        var id = books.NewId("evt_");
        var body = StripeBodies.Event(id, Now, type, dataObject, previous, requestId, Key);
        books.Events.Add(id, new StripeEventRecord(id, type, Now, body));
        tell(new Telling("stripe", "default", id, type, Encoding.UTF8.GetBytes(body), about));
    }
}

internal sealed record StripeEventRecord(string Id, string Type, DateTimeOffset Created, string Body);
