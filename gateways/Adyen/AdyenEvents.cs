using System.Buffers;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Reads Adyen's webhooks: payment notifications in batches, and the events signed by header.</summary>
internal static class AdyenEvents
{
    public static WebhookReading Read(StoredWebhook webhook, AdyenAccount? account)
    {
        if (account is null)
            throw new UnreadableWebhookException("The account is not configured.");
        var body = webhook.Body[(webhook.Body.Length - AdyenItems.WithoutMark(webhook.Body.Span).Length)..];
        using var document = WebhookJson.Parse(body);
        return document.RootElement.At("notificationItems").Exists()
            ? new WebhookReading(ReadItems(webhook.Account, body.Span, document.RootElement, account))
            : new WebhookReading([AdyenTokens.Read(webhook.Account, body.Span, document.RootElement, account)]);
    }

    private static List<GatewayEvent> ReadItems(string name, ReadOnlySpan<byte> body, JsonElement root, AdyenAccount account)
    {
        var events = new List<GatewayEvent>();
        try
        {
            var items = new AdyenItems(body);
            foreach (var element in root.At("notificationItems").EnumerateArray())
            {
                if (!items.Next(out var item))
                    break;
                events.Add(ReadItem(name, body, item, element.At("NotificationRequestItem"), root.Text("live"), account));
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new UnreadableWebhookException("The body is not what Adyen sends.", problem);
        }
        return events;
    }

    private static GatewayEvent ReadItem(
        string name, ReadOnlySpan<byte> body, in AdyenItem item, JsonElement element, string? live, AdyenAccount account)
    {
        var notice = AdyenNotice.Of(name, body, item, element);
        var ignored = IgnoredReason(notice, live, account);
        return new GatewayEvent
        {
            // The flag of the environment is not signed: by flipping it nobody may take the place of the genuine event.
            Key = ignored == OtherEnvironment ? $"{item.Key(body)}|live={live}" : item.Key(body),
            Type = notice.EventCode,
            ContentHash = HashSigned(body, item),
            Ignored = ignored is not null,
            IgnoredReason = ignored,
            Facts = ignored is null ? AdyenFacts.Of(notice, account.CaptureMode) : [],
        };
    }

    public const string OtherEnvironment = "other_environment";

    private static string? IgnoredReason(AdyenNotice notice, string? live, AdyenAccount account)
    {
        // As the Customer Area's test button names its payments.
        if (notice.PspReference.StartsWith("test_", StringComparison.Ordinal)
            || notice.PspReference.StartsWith("testnotification_", StringComparison.Ordinal))
            return "test_message";
        return account.Live is { } wanted && live is not null && live != (wanted ? "true" : "false") ? OtherEnvironment : null;
    }

    private static UInt128 HashSigned(ReadOnlySpan<byte> body, in AdyenItem item)
    {
        var text = ArrayPool<byte>.Shared.Rent(item.SignedTextLengthMax);
        try
        {
            return ContentHash.Of(text.AsSpan(0, item.WriteSignedText(body, text)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
