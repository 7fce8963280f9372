using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// Where the next page begins: an id, bound to the list that it came from and to the day that it was given out. It is checked, not
/// secret: whoever forges one names another place in a list that shows the caller's own payments only.
/// </summary>
internal static class PageCursor
{
    private const byte Version = 1;
    private const int IdAt = 1, TimeAt = 17, CheckAt = 25, Length = 37;
    private static readonly TimeSpan keptFor = TimeSpan.FromDays(1);

    /// <param name="list">Names the list: the caller's tenant and what is filtered.</param>
    public static string Write(Guid last, string list, DateTimeOffset now)
    {
        Span<byte> cursor = stackalloc byte[Length];
        cursor[0] = Version;
        last.TryWriteBytes(cursor[IdAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(cursor[TimeAt..], now.ToUnixTimeSeconds());
        Check(cursor[..CheckAt], list, cursor[CheckAt..]);
        return Base64Url.EncodeToString(cursor);
    }

    /// <summary>Null when it is absent. Refused when it is not of this list, or too old.</summary>
    public static Guid? Read(QueryReader query, string name, string list, DateTimeOffset now)
    {
        if (query.Text(name) is not { } text) return null;
        Span<byte> cursor = stackalloc byte[Length];
        Span<byte> check = stackalloc byte[Length - CheckAt];
        if (!Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, cursor, out _))
            throw Wrong(name);
        Check(cursor[..CheckAt], list, check);
        var age = now - DateTimeOffset.FromUnixTimeSeconds(
            Math.Clamp(BinaryPrimitives.ReadInt64BigEndian(cursor[TimeAt..]), 0, int.MaxValue));
        if (cursor[0] != Version || !check.SequenceEqual(cursor[CheckAt..]) || age > keptFor) throw Wrong(name);
        return new Guid(cursor[IdAt..TimeAt], bigEndian: true);
    }

    private static void Check(ReadOnlySpan<byte> cursor, string list, Span<byte> check)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(cursor);
        hash.AppendData(Encoding.UTF8.GetBytes(list));
        hash.GetHashAndReset().AsSpan(0, check.Length).CopyTo(check);
    }

    private static Errors.RefusalException Wrong(string name) =>
        QueryReader.Wrong(name, "must be the nextCursor of the same list, at most a day old");
}
