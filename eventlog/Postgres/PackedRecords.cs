using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// The value of a row that holds several records (Migrations/0003). A byte says how: <see cref="Plain"/>, then the content, or
/// <see cref="Lz4"/>, then the content's length (four bytes, little endian) and its LZ4 block. The content is, for each record, the
/// lengths of key, headers and value (seven bits a byte, the lowest first), each followed by its bytes. A gateway's webhooks differ in
/// ids and amounts and little else, so that together they take a fraction of their room.
/// </summary>
internal static class PackedRecords
{
    /// <summary>Of a row; eventlog.read counts on it.</summary>
    public const int RecordsMax = 256;

    /// <summary>Of a row's content, unless it is a single record. A reader unpacks all of it for any of them.</summary>
    private const int ContentBytesMax = 32 * 1024;

    private const byte Plain = 1;
    private const byte Lz4 = 2;
    private const int Lz4Head = 5;
    private const int LengthBytesMax = 5;

    /// <summary>How many of these records, all of one partition, make the next row.</summary>
    public static int Fit(ReadOnlySpan<RoutedRecord> records)
    {
        var bytes = RoomFor(in records[0]);
        var count = 1;
        while (count < records.Length && count < RecordsMax && (bytes += RoomFor(in records[count])) <= ContentBytesMax) count++;
        return count;
    }

    public static byte[] Pack(ReadOnlySpan<RoutedRecord> records)
    {
        var room = 0;
        foreach (ref readonly var record in records) room += RoomFor(in record);
        var buffer = ArrayPool<byte>.Shared.Rent(room);
        var packed = ArrayPool<byte>.Shared.Rent(Lz4Head + LZ4Codec.MaximumOutputSize(room));
        try
        {
            var content = buffer.AsSpan(0, Write(records, buffer));
            var length = Lz4Head + LZ4Codec.Encode(content, packed.AsSpan(Lz4Head));
            // A packed length below the head's own says that it did not fit, which the room rules out.
            if (length <= Lz4Head || length > content.Length) return [Plain, .. content];
            packed[0] = Lz4;
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), content.Length);
            return packed.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The records of a row, in order. Their bytes are parts of one array.</summary>
    /// <exception cref="EventLogException">The row is damaged, or a later version wrote it.</exception>
    public static StoredRecord[] Unpack(byte[] value, int count)
    {
        var content = Content(value);
        var records = new StoredRecord[count];
        try
        {
            for (var i = 0; i < records.Length; i++)
                records[i] = new StoredRecord(Take(ref content), Take(ref content), Take(ref content));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Damaged();
        }
        return content.IsEmpty ? records : throw Damaged();
    }

    private static int RoomFor(in RoutedRecord record) =>
        3 * LengthBytesMax + record.Key.Length + record.Headers.Length + record.Value.Length;

    private static int Write(ReadOnlySpan<RoutedRecord> records, Span<byte> to)
    {
        var at = 0;
        foreach (ref readonly var record in records)
        {
            at += Put(record.Key, to[at..]);
            at += Put(record.Headers, to[at..]);
            at += Put(record.Value.Span, to[at..]);
        }
        return at;
    }

    private static int Put(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        var at = VariableLength.Write(bytes.Length, to);
        bytes.CopyTo(to[at..]);
        return at + bytes.Length;
    }

    private static ReadOnlyMemory<byte> Content(byte[] value)
    {
        if (value.Length > 0 && value[0] == Plain) return value.AsMemory(1);
        if (value.Length < Lz4Head || value[0] != Lz4) throw Damaged();
        var length = BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(1));
        // No block of LZ4 unpacks to more than 255 times its own size.
        if (length < 0 || length > 255L * value.Length) throw Damaged();
        var content = new byte[length];
        return LZ4Codec.Decode(value.AsSpan(Lz4Head), content) == length ? content : throw Damaged();
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest)
    {
        var length = VariableLength.Read(rest.Span, out var read);
        var taken = rest.Slice(read, length);
        rest = rest[(read + length)..];
        return taken;
    }

    private static EventLogException Damaged() => new("A row of the log is damaged, or a later version wrote it.");
}

/// <summary>A record as it is stored.</summary>
internal readonly record struct StoredRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Headers, ReadOnlyMemory<byte> Value);
