using System.Text.Json;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>The outgoing events that a correct pipeline publishes for one thing, by type and gateway part, with their number.</summary>
internal sealed class ExpectedEvents
{
    private readonly List<(string Type, string? PartId)> _events = [];

    /// <summary>Adds the event unless it is expected already: an event is told once per part.</summary>
    public void Once(string type, string? partId = null)
    {
        if (!_events.Contains((type, partId))) _events.Add((type, partId));
    }

    public int Count(string type) => _events.Count(expected => expected.Type == type);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("events");
        foreach (var (type, partId) in _events)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (partId is not null) json.WriteString("partId", partId);
            json.WriteNumber("count", 1);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
