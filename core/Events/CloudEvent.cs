using System.Text.Json;

namespace PaymentPipeline.Core.Events;

/// <summary>Writes the envelope of CloudEvents 1.0 in JSON around the data of an event.</summary>
internal static class CloudEvent
{
    /// <param name="subject">The owner as it is written outside: <c>pay_…</c>.</param>
    /// <param name="key">The partition key; the subject unless the event belongs to a user.</param>
    /// <param name="state">What <paramref name="writeData"/> writes the members of <c>data</c> from.</param>
    public static OutgoingEvent Write<TState>(
        string type, string subject, string key, Guid owner, int sequence, DateTimeOffset time,
        TState state, Action<Utf8JsonWriter, TState> writeData)
    {
        var id = $"{subject}.{sequence}";
        var bytes = JsonBytes.Write((type, subject, id, sequence, time, state, writeData), static (json, cloud) =>
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("id"u8, cloud.id);
            json.WriteString("type"u8, cloud.type);
            json.WriteString("source"u8, "/paymentpipeline"u8);
            json.WriteString("subject"u8, cloud.subject);
            json.WriteString("time"u8, cloud.time.UtcDateTime);
            json.WriteNumber("sequence"u8, cloud.sequence);
            json.WriteString("datacontenttype"u8, "application/json"u8);
            json.WriteString("dataschema"u8, SchemaOf(cloud.type));
            json.WriteStartObject("data"u8);
            cloud.writeData(json, cloud.state);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return new OutgoingEvent(id, type, key, owner, sequence, time, bytes);
    }

    /// <summary>The <c>$id</c> of the JSON Schema in docs/events. Version 1 is the only one published so far.</summary>
    public static string SchemaOf(string type) => $"urn:paymentpipeline:events:{type}.v1";
}
