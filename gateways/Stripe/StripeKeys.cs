using System.Text.Json;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// The event's id and what it is about, found in one forward pass without building anything: the top-level <c>id</c>, and
/// in <c>data.object</c> the payment intent, else the charge, else its own id. Empty where the body does not say, or says
/// something that no Stripe id looks like.
/// </summary>
internal readonly record struct StripeKeys
{
    private const int IdCharsMax = 255;

    public string EventId { get; private init; }
    public string PartitionKey { get; private init; }

    public static StripeKeys Find(ReadOnlySpan<byte> body)
    {
        try
        {
            return FindOrThrow(body);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // Signed but no JSON: it is stored all the same and quarantined by the processors, so that Stripe stops sending it.
            return new StripeKeys { EventId = "", PartitionKey = ContentHash.PartitionKeyOf(body) };
        }
    }

    private static StripeKeys FindOrThrow(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        string? eventId = null, intent = null, charge = null, own = null;
        EnterObject(ref reader);
        while (ReadMember(ref reader))
        {
            if (reader.ValueTextEquals("id"u8)) ReadId(ref reader, ref eventId);
            else if (reader.ValueTextEquals("data"u8) && TryEnter(ref reader)) ReadData(ref reader, ref intent, ref charge, ref own);
            else reader.Skip();
        }

        return new StripeKeys
        {
            EventId = eventId ?? "",
            PartitionKey = intent ?? charge ?? own ?? eventId ?? ContentHash.PartitionKeyOf(body),
        };
    }

    private static void ReadData(ref Utf8JsonReader reader, ref string? intent, ref string? charge, ref string? own)
    {
        while (ReadMember(ref reader))
        {
            if (reader.ValueTextEquals("object"u8) && TryEnter(ref reader)) ReadDataObject(ref reader, ref intent, ref charge, ref own);
            else reader.Skip();
        }
    }

    private static void ReadDataObject(ref Utf8JsonReader reader, ref string? intent, ref string? charge, ref string? own)
    {
        while (ReadMember(ref reader))
        {
            if (reader.ValueTextEquals("payment_intent"u8)) ReadId(ref reader, ref intent);
            else if (reader.ValueTextEquals("charge"u8)) ReadId(ref reader, ref charge);
            else if (reader.ValueTextEquals("id"u8)) ReadId(ref reader, ref own);
            else reader.Skip();
        }
    }

    /// <summary>To the next member's name; false at the end of the object.</summary>
    private static bool ReadMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void EnterObject(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
    }

    /// <summary>From a member's name into its object. When its value is none, the value is skipped.</summary>
    private static bool TryEnter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject) return true;
        reader.Skip();
        return false;
    }

    private static void ReadId(ref Utf8JsonReader reader, ref string? id)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return;
        }

        if (reader.GetString() is { Length: > 0 and <= IdCharsMax } text && !text.AsSpan().ContainsAnyExceptInRange('!', '~')) id = text;
    }
}
