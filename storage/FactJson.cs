using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage;

/// <summary>Facts that wait, as JSON. Read back they are equal to what was written.</summary>
internal static class FactJson
{
    private static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new MoneyConverter(), new FactKeyConverter() },
    };

    public static byte[] Write(Fact fact) => JsonSerializer.SerializeToUtf8Bytes(fact, options);

    public static Fact Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Fact>(json, options) ?? throw new JsonException("A parked fact is null.");

    private sealed record StoredMoney(long AmountMinor, string Currency);

    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var stored = JsonSerializer.Deserialize<StoredMoney>(ref reader, options) ?? throw new JsonException("Money is null.");
            return Currencies.TryGet(stored.Currency, out var currency)
                ? new Money(stored.AmountMinor, currency)
                : throw new JsonException($"{stored.Currency} is no currency.");
        }

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new StoredMoney(value.AmountMinor, value.Currency.Code), options);
    }

    private sealed class FactKeyConverter : JsonConverter<FactKey>
    {
        public override FactKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? throw new JsonException("A fact key is null."));

        public override void Write(Utf8JsonWriter writer, FactKey value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
