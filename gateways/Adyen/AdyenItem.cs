using System.Text;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Where the signed fields of one notification item lie in the body. Holds positions only, so that checking a request
/// copies nothing but the signed text.
/// </summary>
internal struct AdyenItem
{
    public JsonText PspReference;
    public JsonText OriginalReference;
    public JsonText MerchantAccount;
    public JsonText MerchantReference;
    public JsonText Value;
    public JsonText Currency;
    public JsonText EventCode;
    public JsonText Signature;
    public bool? Success;

    /// <summary>The payment that the item is about: a modification points at it, everything else is it.</summary>
    public readonly JsonText Payment => OriginalReference.IsEmpty ? PspReference : OriginalReference;

    /// <summary>Adyen has no event ids: these three together name one, for ever.</summary>
    public readonly string Key(ReadOnlySpan<byte> body) =>
        $"{PspReference.ToText(body)}|{EventCode.ToText(body)}|{(Success == true ? "true" : "false")}";

    public readonly int SignedTextLengthMax =>
        PspReference.Length + OriginalReference.Length + MerchantAccount.Length + MerchantReference.Length
        + Value.Length + Currency.Length + EventCode.Length + "false".Length + 7;

    /// <summary>
    /// Writes what Adyen signs: eight decoded fields joined by ':', without any escaping; an absent field is empty.
    /// </summary>
    /// <exception cref="InvalidOperationException">A field is not UTF-8, or half of a surrogate pair.</exception>
    public readonly int WriteSignedText(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        var written = 0;
        written += Write(PspReference, body, destination[written..]);
        written += Write(OriginalReference, body, destination[written..]);
        written += Write(MerchantAccount, body, destination[written..]);
        written += Write(MerchantReference, body, destination[written..]);
        written += Write(Value, body, destination[written..]);
        written += Write(Currency, body, destination[written..]);
        written += Write(EventCode, body, destination[written..]);
        var success = Success == true ? "true"u8 : "false"u8;
        success.CopyTo(destination[written..]);
        return written + success.Length;
    }

    private static int Write(JsonText field, ReadOnlySpan<byte> body, Span<byte> destination)
    {
        var length = field.CopyTo(body, destination);
        destination[length] = (byte)':';
        return length + 1;
    }
}

/// <summary>A text in a JSON body: where its bytes lie, still escaped. The default is an absent or null text.</summary>
internal readonly record struct JsonText(int Start, int Length)
{
    public bool IsEmpty => Length == 0;

    /// <summary>Of the token that the reader stands on: a string without its quotes, or a number.</summary>
    public static JsonText Of(in Utf8JsonReader reader) =>
        new((int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0), reader.ValueSpan.Length);

    /// <summary>Writes the decoded text as UTF-8; never longer than <see cref="Length"/>.</summary>
    /// <exception cref="InvalidOperationException">Not UTF-8, or half of a surrogate pair.</exception>
    public int CopyTo(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        if (IsEmpty)
            return 0;
        if (!IsQuoted(body))
        {
            body.Slice(Start, Length).CopyTo(destination);
            return Length;
        }
        var text = new Utf8JsonReader(body.Slice(Start - 1, Length + 2));
        text.Read();
        return text.CopyString(destination);
    }

    public bool Equals(ReadOnlySpan<byte> body, string text)
    {
        if (IsEmpty)
            return text.Length == 0;
        var reader = new Utf8JsonReader(body.Slice(Start - 1, Length + 2));
        reader.Read();
        return reader.ValueTextEquals(text);
    }

    public string ToText(ReadOnlySpan<byte> body)
    {
        if (IsEmpty)
            return "";
        if (!IsQuoted(body))
            return Encoding.ASCII.GetString(body.Slice(Start, Length));
        var reader = new Utf8JsonReader(body.Slice(Start - 1, Length + 2));
        reader.Read();
        return reader.GetString() ?? "";
    }

    private bool IsQuoted(ReadOnlySpan<byte> body) => body[Start - 1] == (byte)'"';
}
