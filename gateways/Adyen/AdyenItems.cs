using System.Buffers.Text;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Walks over the notification items of a request without building a document. Strict, because what is signed depends
/// on what is read here: a signed field that comes twice, or with the wrong type, makes the request malformed.
/// </summary>
internal ref struct AdyenItems(ReadOnlySpan<byte> body)
{
    private Utf8JsonReader _reader = new(body);
    private bool _inItems;
    private bool _done;

    public readonly ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Without a byte order mark, which no JSON may have and some senders write.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) => body.StartsWith("\uFEFF"u8) ? body[3..] : body;

    /// <summary>Moves to the next item. False at the end of the body, which is then known to be one whole JSON object.</summary>
    /// <exception cref="JsonException">Not JSON, or not the shape that Adyen sends.</exception>
    public bool Next(out AdyenItem item)
    {
        item = default;
        if (!_inItems && !FindItems())
            return false;
        Read();
        if (_reader.TokenType == JsonTokenType.EndArray)
            return Finish();
        item = ReadElement();
        return true;
    }

    private bool FindItems()
    {
        Read();
        Expect(JsonTokenType.StartObject);
        while (ReadName())
        {
            var found = _reader.ValueTextEquals("notificationItems"u8);
            Read();
            if (found)
            {
                Expect(JsonTokenType.StartArray);
                return _inItems = true;
            }
            _reader.Skip();
        }
        return Finish();
    }

    // What follows the items is read too: bytes after the end, or a second list, make the request malformed.
    private bool Finish()
    {
        if (_done)
            return false;
        _done = true;
        while (_reader.CurrentDepth > 0 && ReadName())
        {
            if (_reader.ValueTextEquals("notificationItems"u8))
                throw new JsonException("notificationItems comes twice.");
            Read();
            _reader.Skip();
        }
        return _reader.Read() ? throw new JsonException("More than one document.") : false;
    }

    private AdyenItem ReadElement()
    {
        Expect(JsonTokenType.StartObject);
        AdyenItem? item = null;
        while (ReadName())
        {
            var found = _reader.ValueTextEquals("NotificationRequestItem"u8);
            Read();
            if (!found)
                _reader.Skip();
            else
                item = item is null ? ReadItem() : throw new JsonException("NotificationRequestItem comes twice.");
        }
        return item ?? throw new JsonException("An element of notificationItems has no NotificationRequestItem.");
    }

    private AdyenItem ReadItem()
    {
        Expect(JsonTokenType.StartObject);
        var item = default(AdyenItem);
        var seen = Field.None;
        while (ReadName())
        {
            var field = FieldOf(ref _reader);
            if (field != Field.None && (seen & field) != 0)
                throw new JsonException("A signed field comes twice.");
            seen |= field;
            Read();
            ReadField(field, ref item);
        }
        if (item.Success is null || item.PspReference.IsEmpty || item.EventCode.IsEmpty)
            throw new JsonException("An item lacks pspReference, eventCode or success.");
        return item;
    }

    private void ReadField(Field field, ref AdyenItem item)
    {
        switch (field)
        {
            case Field.PspReference: item.PspReference = ReadText(); break;
            case Field.OriginalReference: item.OriginalReference = ReadText(); break;
            case Field.MerchantAccount: item.MerchantAccount = ReadText(); break;
            case Field.MerchantReference: item.MerchantReference = ReadText(); break;
            case Field.EventCode: item.EventCode = ReadText(); break;
            case Field.Success: item.Success = ReadSuccess(); break;
            case Field.Amount: ReadAmount(ref item); break;
            case Field.AdditionalData: ReadAdditionalData(ref item); break;
            default: _reader.Skip(); break;
        }
    }

    private void ReadAmount(ref AdyenItem item)
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return;
        Expect(JsonTokenType.StartObject);
        bool value = false, currency = false;
        while (ReadName())
        {
            if (_reader.ValueTextEquals("value"u8))
            {
                Once(ref value);
                Read();
                item.Value = ReadValue();
            }
            else if (_reader.ValueTextEquals("currency"u8))
            {
                Once(ref currency);
                Read();
                item.Currency = ReadText();
            }
            else
            {
                Read();
                _reader.Skip();
            }
        }
    }

    private void ReadAdditionalData(ref AdyenItem item)
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return;
        Expect(JsonTokenType.StartObject);
        var signature = false;
        while (ReadName())
        {
            var found = _reader.ValueTextEquals("hmacSignature"u8);
            Read();
            if (!found)
            {
                _reader.Skip();
                continue;
            }
            Once(ref signature);
            item.Signature = ReadText();
        }
    }

    private JsonText ReadText()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return default;
        Expect(JsonTokenType.String);
        return JsonText.Of(in _reader);
    }

    // A whole number that a long holds, as a JSON number or as text: Adyen's own examples have both.
    private JsonText ReadValue()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return default;
        if (_reader.TokenType != JsonTokenType.Number)
            Expect(JsonTokenType.String);
        var digits = _reader.ValueSpan;
        var isCanonical = digits.Length == 1 || (digits.Length > 1 && digits[0] != (byte)'0');
        if (!isCanonical || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(digits, out long _, out var consumed) || consumed != digits.Length)
            throw new JsonException("amount.value is not a whole number of minor units.");
        return JsonText.Of(in _reader);
    }

    private readonly bool ReadSuccess() => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String when _reader.ValueTextEquals("true"u8) => true,
        JsonTokenType.String when _reader.ValueTextEquals("false"u8) => false,
        _ => throw new JsonException("success is neither true nor false."),
    };

    private bool ReadName()
    {
        Read();
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    private void Read()
    {
        if (!_reader.Read())
            throw new JsonException("The body ends early.");
    }

    private readonly void Expect(JsonTokenType type)
    {
        if (_reader.TokenType != type)
            throw new JsonException($"{type} expected.");
    }

    private static void Once(ref bool seen) => seen = seen ? throw new JsonException("A signed field comes twice.") : true;

    private static Field FieldOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("pspReference"u8)) return Field.PspReference;
        if (reader.ValueTextEquals("originalReference"u8)) return Field.OriginalReference;
        if (reader.ValueTextEquals("merchantAccountCode"u8)) return Field.MerchantAccount;
        if (reader.ValueTextEquals("merchantReference"u8)) return Field.MerchantReference;
        if (reader.ValueTextEquals("amount"u8)) return Field.Amount;
        if (reader.ValueTextEquals("eventCode"u8)) return Field.EventCode;
        if (reader.ValueTextEquals("success"u8)) return Field.Success;
        return reader.ValueTextEquals("additionalData"u8) ? Field.AdditionalData : Field.None;
    }

    [Flags]
    private enum Field
    {
        None = 0,
        PspReference = 1,
        OriginalReference = 1 << 1,
        MerchantAccount = 1 << 2,
        MerchantReference = 1 << 3,
        Amount = 1 << 4,
        EventCode = 1 << 5,
        Success = 1 << 6,
        AdditionalData = 1 << 7,
    }
}
