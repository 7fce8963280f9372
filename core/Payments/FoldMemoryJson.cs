using System.Text.Json;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// The stored form of <see cref="FoldMemory"/>: short names and arrays, because it is written with every fact. Members that
/// are empty are left out; unknown members are skipped, so that an older program reads what a newer one wrote.
/// </summary>
internal static class FoldMemoryJson
{
    public static byte[] Write(FoldMemory memory) => JsonBytes.Write(memory, static (json, memory) =>
    {
        json.WriteStartObject();
        WriteKeys(json, memory.Keys);
        WriteParts(json, memory.Parts);
        WriteNumber(json, "ct", memory.CapturedTotal);
        WriteNumber(json, "rt", memory.RefundedTotal);
        WriteNumber(json, "al", memory.AuthorizedMin);
        WriteNumber(json, "ah", memory.AuthorizedMax);
        WriteNumber(json, "n", memory.NamedMax);
        WriteNumber(json, "m", (long)memory.Milestones);
        if (memory.Standing is { } standing)
            WriteTriple(json, "s", standing.UtcTicks, standing.Key, standing.Kind.ToString());
        if (memory.Order is { } order)
            WriteTriple(json, "o", order.UtcTicks, order.Key, order.Value);
        if (memory.User is { } user)
            WriteTriple(json, "u", user.UtcTicks, user.Key, user.Value);
        memory.Checks?.Write(json, "c");
        memory.Failure?.Write(json, "f");
        json.WriteEndObject();
    });

    public static FoldMemory Read(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        var memory = FoldMemory.Empty;
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            memory = ReadMember(ref json, memory, name);
        }
        if (json.TokenType != JsonTokenType.EndObject)
            throw new JsonException("The memory of the fold ends too early.");

        // jsonb and other hands may not keep the order that the binary searches need.
        Array.Sort(memory.Keys, StringComparer.Ordinal);
        Array.Sort(memory.Parts, FoldMemory.PartOrder);
        return memory;
    }

    private static FoldMemory ReadMember(ref Utf8JsonReader json, FoldMemory memory, string? name)
    {
        switch (name)
        {
            case "k": return memory with { Keys = ReadKeys(ref json) };
            case "p": return memory with { Parts = ReadParts(ref json) };
            case "ct": return memory with { CapturedTotal = json.GetInt64() };
            case "rt": return memory with { RefundedTotal = json.GetInt64() };
            case "al": return memory with { AuthorizedMin = json.GetInt64() };
            case "ah": return memory with { AuthorizedMax = json.GetInt64() };
            case "n": return memory with { NamedMax = json.GetInt64() };
            case "m": return memory with { Milestones = (Milestones)json.GetInt32() };
            case "s":
                var (ticks, key, kind) = ReadTriple(ref json);
                return memory with { Standing = new Standing(ticks, Enum.Parse<FactKind>(kind), key) };
            case "o": return memory with { Order = ReadNaming(ref json) };
            case "u": return memory with { User = ReadNaming(ref json) };
            case "c": return memory with { Checks = CheckMemory.Read(ref json) };
            case "f": return memory with { Failure = FailureMemory.Read(ref json) };
            default:
                json.Skip();
                return memory;
        }
    }

    private static void WriteKeys(Utf8JsonWriter json, string[] keys)
    {
        if (keys.Length == 0)
            return;
        json.WriteStartArray("k");
        foreach (var key in keys)
            json.WriteStringValue(key);
        json.WriteEndArray();
    }

    private static string[] ReadKeys(ref Utf8JsonReader json)
    {
        var keys = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            keys.Add(Text(ref json));
        return [.. keys];
    }

    private static void WriteParts(Utf8JsonWriter json, Part[] parts)
    {
        if (parts.Length == 0)
            return;
        json.WriteStartArray("p");
        foreach (var part in parts)
        {
            json.WriteStartArray();
            json.WriteNumberValue((int)part.Kind);
            json.WriteStringValue(part.Id);
            json.WriteNumberValue(part.Amount);
            json.WriteNumberValue((int)part.Told);
            if (part.CurrencyCode is not null)
                json.WriteStringValue(part.CurrencyCode);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static Part[] ReadParts(ref Utf8JsonReader json)
    {
        var parts = new List<Part>();
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            Expect(ref json, JsonTokenType.Number);
            var kind = (PartKind)json.GetInt32();
            Expect(ref json, JsonTokenType.String);
            var id = Text(ref json);
            Expect(ref json, JsonTokenType.Number);
            var amount = json.GetInt64();
            Expect(ref json, JsonTokenType.Number);
            var told = (Told)json.GetInt32();
            json.Read();
            var currency = json.TokenType == JsonTokenType.String ? json.GetString() : null;
            SkipRest(ref json);
            parts.Add(new Part(kind, id, amount, told, currency));
        }
        return [.. parts];
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
            json.WriteNumber(name, value);
    }

    private static void WriteTriple(Utf8JsonWriter json, string name, long utcTicks, string key, string value)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(utcTicks);
        json.WriteStringValue(key);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static Naming ReadNaming(ref Utf8JsonReader json)
    {
        var (ticks, key, value) = ReadTriple(ref json);
        return new Naming(ticks, key, value);
    }

    private static (long UtcTicks, string Key, string Value) ReadTriple(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.Number);
        var ticks = json.GetInt64();
        Expect(ref json, JsonTokenType.String);
        var key = Text(ref json);
        Expect(ref json, JsonTokenType.String);
        var value = Text(ref json);
        Expect(ref json, JsonTokenType.EndArray);
        return (ticks, key, value);
    }

    /// <summary>The next item of an array: a string or null.</summary>
    public static string? TextOrNull(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetString();
    }

    /// <summary>To the end of the array, over what a newer program wrote behind what is known here.</summary>
    public static void SkipRest(ref Utf8JsonReader json)
    {
        while (json.TokenType != JsonTokenType.EndArray && json.Read()) { }
    }

    private static string Text(ref Utf8JsonReader json) => json.GetString() ?? throw new JsonException("Null in the memory of the fold.");

    private static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (!json.Read() || json.TokenType != token)
            throw new JsonException($"The memory of the fold has {json.TokenType} where {token} belongs.");
    }
}
