using System.Buffers.Binary;
using System.Text;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Keys and headers as bytes, so that any text comes back as it was. Headers are, in order, name and value of each: a
/// length of two bytes (big endian), then that many bytes of UTF-8.
/// </summary>
internal static class RecordBytes
{
    public static byte[] FromKey(string key) => Encoding.UTF8.GetBytes(key);

    public static string ToKey(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    /// <exception cref="ArgumentException">A name or value is longer than 65,535 bytes: headers are small.</exception>
    public static byte[] FromHeaders(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var length = 0;
        for (var i = 0; i < headers.Count; i++)
            length += 4 + Encoding.UTF8.GetByteCount(headers[i].Key) + Encoding.UTF8.GetByteCount(headers[i].Value);
        var bytes = new byte[length];
        var at = 0;
        for (var i = 0; i < headers.Count; i++)
        {
            at = Write(bytes, at, headers[i].Key);
            at = Write(bytes, at, headers[i].Value);
        }
        return bytes;
    }

    public static IReadOnlyList<KeyValuePair<string, string>> ToHeaders(byte[] bytes)
    {
        if (bytes.Length == 0) return [];
        var headers = new List<KeyValuePair<string, string>>(8);
        for (var at = 0; at < bytes.Length;)
        {
            var name = LogHeaders.NameOf(Take(bytes, ref at));
            headers.Add(new(name, Encoding.UTF8.GetString(Take(bytes, ref at))));
        }
        return headers;
    }

    private static int Write(byte[] bytes, int at, string text)
    {
        var written = Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + 2));
        if (written > ushort.MaxValue) throw new ArgumentException("A header's name or value is longer than 65,535 bytes.");
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)written);
        return at + 2 + written;
    }

    private static ReadOnlySpan<byte> Take(byte[] bytes, ref int at)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
        var text = bytes.AsSpan(at + 2, length);
        at += 2 + length;
        return text;
    }
}
