using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Core;

/// <summary>
/// Ids are UUIDs of version 7 (time-ordered); outside the database they are written with a prefix: <c>pay_0199…</c>
/// (the prefix and 32 hex digits, which sort as the ids do).
/// </summary>
public static class Identifiers
{
    public const string PaymentPrefix = "pay_";
    public const string RefundPrefix = "re_";
    public const string CapturePrefix = "cap_";
    public const string DisputePrefix = "dp_";
    public const string PaymentMethodPrefix = "pm_";
    public const string PayoutPrefix = "po_";

    /// <summary>Of an operation of the API that is neither a payment, a capture nor a refund: a confirmation, a cancellation.</summary>
    public const string OperationPrefix = "op_";

    public static string Format(string prefix, Guid id) => prefix + id.ToString("N");

    public static bool TryParse(string prefix, string text, out Guid id)
    {
        id = default;
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && text.Length == prefix.Length + 32
            && Guid.TryParseExact(text.AsSpan(prefix.Length), "N", out id);
    }

    /// <summary>
    /// The id of a part (a refund, a capture, a dispute) that came to us by its gateway's id only. A pure function, so
    /// that every replay and every order of facts gives the same id: the owner's 48 bits of time, the rest from SHA-256.
    /// </summary>
    public static Guid Derive(Guid owner, string kind, string gatewayPartId)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{owner:N}|{kind}|{gatewayPartId}"), hash);
        Span<byte> id = stackalloc byte[16];
        owner.TryWriteBytes(id, bigEndian: true, out _);
        hash[..10].CopyTo(id[6..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
