using System.Buffers;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Core;

namespace PaymentPipeline.Api.Requests;

/// <summary>What members of requests may hold, beside what their types say. Each refusal names the member.</summary>
internal sealed class RequestRules(IOptions<ApiOptions> options)
{
    /// <summary>Characters of a reference (order, user): ASCII, so that two that look alike are alike.</summary>
    private static readonly SearchValues<char> referenceCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/#@+=");

    private const int ReferenceMax = 100;
    private const int MetadataMax = 50;
    private const int MetadataKeyMax = 40;
    private const int MetadataValueMax = 500;

    /// <summary>Names under which we give our own ids to gateways.</summary>
    private static readonly string[] reservedMetadata = ["order_id", "user_id", "payment_id", "operation_id"];

    private readonly long _amountMax = options.Value.AmountMax;
    private readonly ReturnUrlRule _returnUrls = new(options.Value.ReturnUrlHosts);

    /// <exception cref="RefusalException">Not 1 up to the limit.</exception>
    public long Amount(long amount, string member) => amount >= 1 && amount <= _amountMax
        ? amount
        : throw new RefusalException(Problems.AmountOutOfRange, $"{member} must be 1 to {_amountMax} minor units.", member);

    /// <summary>An amount within another: tax, the price of one item.</summary>
    public static void Within(long? amount, long most, string member)
    {
        if (amount is < 0 || amount > most) throw new RefusalException(Problems.AmountOutOfRange, $"{member} must be 0 to {most}.", member);
    }

    public static Currency Currency(string code, string member) =>
        Currencies.TryGet(code, out var currency) && currency.Code == code
            ? currency
            : throw Wrong(member, "must be an ISO 4217 code in capitals, of a currency one can pay in");

    public static void Reference(string? text, string member)
    {
        if (text is null) return;
        if (text.Length is 0 or > ReferenceMax || text.AsSpan().ContainsAnyExcept(referenceCharacters))
            throw Wrong(member, $"must be 1 to {ReferenceMax} letters, digits or -_.:/#@+= in ASCII");
    }

    /// <summary>Free text: no control characters, and nothing that makes it read as something else than it is.</summary>
    public static void Text(string? text, string member, int lengthMax)
    {
        if (text is null) return;
        if (text.Length > lengthMax) throw Wrong(member, $"must have at most {lengthMax} characters");
        foreach (var rune in text.EnumerateRunes())
            if (System.Text.Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                throw Wrong(member, "must not hold control or invisible characters");
    }

    public static void OneOf(string? word, string member, params ReadOnlySpan<string> words)
    {
        if (word is not null && !words.Contains(word)) throw Wrong(member, $"must be one of {string.Join(", ", words.ToArray())}");
    }

    public static void Country(string? code, string member)
    {
        if (code is not null && (code.Length != 2 || !code.All(char.IsAsciiLetterUpper)))
            throw Wrong(member, "must be an ISO 3166-1 code of two capitals");
    }

    public static void Address(string? address, string member)
    {
        if (address is not null && !IPAddress.TryParse(address, out _)) throw Wrong(member, "must be an IP address");
    }

    public void ReturnUrl(string? url, string member)
    {
        if (url is not null && _returnUrls.Refuse(url) is { } why) throw Wrong(member, why);
    }

    public static void Metadata(IReadOnlyDictionary<string, string>? metadata, string member)
    {
        if (metadata is null) return;
        if (metadata.Count > MetadataMax) throw Wrong(member, $"must have at most {MetadataMax} members");
        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > MetadataKeyMax || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
                throw Wrong(member, $"must have keys of 1 to {MetadataKeyMax} letters, digits or _-. in ASCII");
            if (reservedMetadata.Contains(key)) throw Wrong(member, $"must not use {string.Join(", ", reservedMetadata)}: they are ours");
            if (value is null) throw Wrong(MemberPath.Of(member, key), "must be a text");
            Text(value, MemberPath.Of(member, key), MetadataValueMax);
        }
    }

    public static void Count(int? count, string member, int most)
    {
        if (count > most) throw Wrong(member, $"must have at most {most} items");
    }

    public static RefusalException Wrong(string member, string must) => new(Problems.InvalidMember, $"{member} {must}.", member);
}
