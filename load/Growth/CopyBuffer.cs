using System.Buffers.Binary;
using System.Text;

namespace PaymentPipeline.Load.Growth;

/// <summary>
/// Rows as <c>COPY … (FORMAT binary)</c> takes them, written into memory that is used again: a hundred million rows leave no garbage.
/// https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
/// </summary>
internal sealed class CopyBuffer
{
    private const int RowMax = 8192;
    private static readonly long epochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private readonly byte[] _bytes = new byte[1 << 20];
    private int _length;

    public bool IsFull => _bytes.Length - _length < RowMax;
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Header()
    {
        // The signature, then no flags and no extension.
        ReadOnlySpan<byte> header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
        header.CopyTo(Next(header.Length));
    }

    public void Trailer() => Row(-1);

    public void Row(int columns) => BinaryPrimitives.WriteInt16BigEndian(Next(2), (short)columns);

    public CopyBuffer Null()
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), -1);
        return this;
    }

    public CopyBuffer Text(string text)
    {
        var at = _length;
        _length += 4;
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        return Close(at);
    }

    public CopyBuffer Text(ReadOnlySpan<byte> utf8)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), utf8.Length);
        utf8.CopyTo(Next(utf8.Length));
        return this;
    }

    public CopyBuffer Json(ReadOnlySpan<byte> utf8)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), utf8.Length + 1);
        Next(1)[0] = 1;
        utf8.CopyTo(Next(utf8.Length));
        return this;
    }

    public CopyBuffer Id(Guid id)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), 16);
        id.TryWriteBytes(Next(16), bigEndian: true, out _);
        return this;
    }

    public CopyBuffer Bigint(long number)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), 8);
        BinaryPrimitives.WriteInt64BigEndian(Next(8), number);
        return this;
    }

    public CopyBuffer Integer(int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(Next(4), 4);
        BinaryPrimitives.WriteInt32BigEndian(Next(4), number);
        return this;
    }

    public CopyBuffer Time(DateTime utc) => Bigint((utc.Ticks - epochTicks) / TimeSpan.TicksPerMicrosecond);

    private CopyBuffer Close(int at)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at), _length - at - 4);
        return this;
    }

    private Span<byte> Next(int length)
    {
        var next = _bytes.AsSpan(_length, length);
        _length += length;
        return next;
    }
}
