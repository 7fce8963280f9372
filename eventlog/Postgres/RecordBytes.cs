using System.Buffers.Binary;
using System.Text;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Keys and headers as bytes, so that any text comes back as it was. Headers are, in order, for each:
/// - a name of <see cref="LogHeaders"/> by its number (one byte), any other by 0, its length (one byte) and its UTF-8;
/// - the value's length (<see cref="VariableLength"/>) and its UTF-8.
/// A trace context in its usual form is <see cref="PackedTrace"/> and its 25 bytes. Records of earlier versions have every name by
/// a length of two bytes (big endian, the first of them 0) and its UTF-8, and every value likewise: <see cref="Earlier"/> tells them.
/// </summary>
internal static class RecordBytes
{
    /// <summary>Begins headers that are stored as said above. No earlier header began with it: a name was never so long.</summary>
    private const byte Numbered = 0xFF;
    private const byte PackedTrace = 0xFE;
    private const int NameBytesMax = byte.MaxValue;
    private const int ValueBytesMax = ushort.MaxValue;
    private const int OnStack = 1024;

    public static byte[] FromKey(string key) => Encoding.UTF8.GetBytes(key);

    public static string ToKey(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <exception cref="ArgumentException">A name is longer than 255 bytes or a value than 65,535: headers are small.</exception>
    public static byte[] FromHeaders(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (headers.Count == 0) return [];
        var most = 1;
        for (var i = 0; i < headers.Count; i++) most += 5 + 3 * (headers[i].Key.Length + headers[i].Value.Length);
        Span<byte> bytes = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        bytes[0] = Numbered;
        var at = 1;
        for (var i = 0; i < headers.Count; i++) at += Write(headers[i].Key, headers[i].Value, bytes[at..]);
        return bytes[..at].ToArray();
    }

    public static IReadOnlyList<KeyValuePair<string, string>> ToHeaders(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        if (bytes[0] != Numbered) return Earlier(bytes);
        var headers = new List<KeyValuePair<string, string>>(8);
        for (var rest = bytes[1..]; rest.Length > 0;) headers.Add(Read(ref rest));
        return headers;
    }

    private static int Write(string name, string value, Span<byte> to)
    {
        if (name == LogHeaders.TraceParent && TraceBytes.TryPack(value, to[1..]))
        {
            to[0] = PackedTrace;
            return 1 + TraceBytes.Length;
        }
        var at = 1;
        to[0] = (byte)LogHeaders.NumberOf(name);
        if (to[0] == 0)
        {
            var length = Encoding.UTF8.GetBytes(name, to[2..]);
            if (length > NameBytesMax) throw new ArgumentException("A header's name is longer than 255 bytes.");
            to[1] = (byte)length;
            at = 2 + length;
        }
        return at + WriteValue(value, to[at..]);
    }

    private static int WriteValue(string value, Span<byte> to)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length > ValueBytesMax) throw new ArgumentException("A header's value is longer than 65,535 bytes.");
        var at = VariableLength.Write(length, to);
        return at + Encoding.UTF8.GetBytes(value, to[at..]);
    }

    private static KeyValuePair<string, string> Read(ref ReadOnlySpan<byte> rest)
    {
        var number = Take(ref rest, 1)[0];
        if (number == PackedTrace) return new(LogHeaders.TraceParent, TraceBytes.Unpack(Take(ref rest, TraceBytes.Length)));
        var name = number == 0
            ? Encoding.UTF8.GetString(Take(ref rest, Take(ref rest, 1)[0]))
            : LogHeaders.NameOf(number) ?? throw new EventLogException($"A record has header {number}: a later version wrote it.");
        var length = VariableLength.Read(rest, out var read);
        rest = rest[read..];
        return new(name, Encoding.UTF8.GetString(Take(ref rest, length)));
    }

    private static List<KeyValuePair<string, string>> Earlier(ReadOnlySpan<byte> bytes)
    {
        var headers = new List<KeyValuePair<string, string>>(8);
        for (var rest = bytes; rest.Length > 0;)
        {
            var name = LogHeaders.NameOf(Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2))));
            headers.Add(new(name, Encoding.UTF8.GetString(Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2))))));
        }
        return headers;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
