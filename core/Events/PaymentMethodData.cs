using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Events;

/// <summary>
/// The events of a stored way to pay. They are keyed by the user, so that all of a user's methods come in order; by the
/// method itself while no user is known.
/// </summary>
internal static class PaymentMethodData
{
    public static OutgoingEvent Event(string type, PaymentMethod method, DateTimeOffset occurredAt)
    {
        var subject = Identifiers.Format(Identifiers.PaymentMethodPrefix, method.Id);
        return CloudEvent.Write(
            type, subject, method.UserId ?? subject, method.Id, method.Version, occurredAt, (subject, method, occurredAt),
            static (json, state) =>
            {
                var (id, method, occurredAt) = state;
                json.WriteString("occurredAt"u8, occurredAt.UtcDateTime);
                json.WriteStartObject("paymentMethod"u8);
                json.WriteString("id"u8, id);
                json.WriteString("userId"u8, method.UserId);
                json.WriteString("gateway"u8, method.Gateway);
                json.WriteString("brand"u8, method.Brand);
                json.WriteString("last4"u8, method.Last4);
                WriteNumber(json, "expMonth", method.ExpiryMonth);
                WriteNumber(json, "expYear", method.ExpiryYear);
                json.WriteBoolean("isDefault"u8, method.IsDefault);
                json.WriteBoolean("isRemoved"u8, method.IsRemoved);
                json.WriteEndObject();
            });
    }

    private static void WriteNumber(System.Text.Json.Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
