using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>One notification item, read: the signed fields as signed, the rest as hints.</summary>
/// <param name="Hints">The whole item. Its signature covers none of what is read from here.</param>
internal sealed record AdyenNotice(
    string Account, string PspReference, string OriginalReference, string MerchantReference,
    string Value, string Currency, string EventCode, bool Success, JsonElement Hints)
{
    /// <summary>The payment: a modification, refund or dispute points at it, everything else is it.</summary>
    public string Payment => OriginalReference.Length > 0 ? OriginalReference : PspReference;

    /// <summary>What the merchantReference names: something of ours, or the shop's order.</summary>
    public AdyenReference Named { get; } = AdyenReference.Read(MerchantReference);

    /// <summary>Null where the item has none.</summary>
    /// <exception cref="UnreadableWebhookException">A currency or an amount that we do not know how to hold.</exception>
    public Money? Amount
    {
        get
        {
            if (Value.Length == 0 || Currency.Length == 0)
                return null;
            try
            {
                return Currencies.FromGatewayMinor("adyen", long.Parse(Value, NumberStyles.None, CultureInfo.InvariantCulture), Currency);
            }
            catch (FormatException problem)
            {
                throw new UnreadableWebhookException("amount: " + problem.Message);
            }
        }
    }

    public DateTimeOffset OccurredAt => AdyenTime.Read(Hints, "eventDate");

    public string? Hint(string name) => NullIfEmpty(Hints.Text(name));

    public string? AdditionalHint(string name) => NullIfEmpty(Hints.At("additionalData").Text(name));

    public static AdyenNotice Of(string account, ReadOnlySpan<byte> body, in AdyenItem item, JsonElement hints) => new(
        account,
        Text(body, item.PspReference), Text(body, item.OriginalReference), Text(body, item.MerchantReference),
        Text(body, item.Value), Text(body, item.Currency), Text(body, item.EventCode), item.Success == true, hints);

    private static string Text(ReadOnlySpan<byte> body, JsonText field)
    {
        var text = field.ToText(body);
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new UnreadableWebhookException("A signed field holds a NUL character.")
            : text;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

internal static class AdyenTime
{
    /// <summary>ISO 8601 with an offset, as Adyen writes all its times.</summary>
    public static DateTimeOffset Read(JsonElement parent, string name) =>
        GatewaySetup.TryParseInstant(parent.RequiredText(name), out var instant)
            ? instant
            : throw new UnreadableWebhookException($"\"{name}\" is no ISO 8601 time with an offset.");
}
