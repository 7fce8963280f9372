using System.Text.Json;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Events signed as a whole by header: stored payment methods are read, those of platforms are kept without facts.</summary>
internal static class AdyenTokens
{
    /// <summary>What ingress needs of an authentic body; nothing when it cannot be read, which is for the processors to say.</summary>
    public static (string? EventId, string? Token, string? MerchantAccount) Peek(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WebhookJson.Parse(body);
            var data = document.RootElement.At("data");
            return (document.RootElement.Text("eventId"), data.Text("storedPaymentMethodId"), data.Text("merchantAccount"));
        }
        catch (UnreadableWebhookException)
        {
            return default;
        }
    }

    public static GatewayEvent Read(string name, ReadOnlySpan<byte> body, JsonElement root, AdyenAccount account)
    {
        var type = root.RequiredText("type");
        var environment = root.Text("environment");
        var isOther = account.Live is { } live && environment is not null && environment != (live ? "live" : "test");
        return new GatewayEvent
        {
            Key = root.Text("eventId") ?? ContentHash.PartitionKeyOf(body),
            Type = type,
            ContentHash = ContentHash.Of(body),
            Ignored = isOther,
            IgnoredReason = isOther ? AdyenEvents.OtherEnvironment : null,
            Facts = isOther ? [] : Facts(name, root, type),
        };
    }

    private static IReadOnlyList<Fact> Facts(string account, JsonElement root, string type) => type switch
    {
        "recurring.token.created" or "recurring.token.alreadyExisting" => [Token(account, root, FactKind.PaymentMethodAttached)],

        // A token is renewed many times, added and removed once.
        "recurring.token.updated" => [Token(account, root, FactKind.PaymentMethodUpdated) with
        {
            Key = FactKey.Of(FactKind.PaymentMethodUpdated, root.RequiredText("eventId")),
        }],
        "recurring.token.disabled" => [Token(account, root, FactKind.PaymentMethodDetached)],
        _ => [],
    };

    private static Fact Token(string account, JsonElement root, FactKind kind)
    {
        var data = root.At("data");
        var token = data.RequiredText("storedPaymentMethodId");
        return new Fact
        {
            Gateway = "adyen",
            Account = account,
            Kind = kind,
            Key = FactKey.Of(kind, token),
            Reference = token,
            Aliases = [token],
            FoundsPayment = true,
            OccurredAt = AdyenTime.Read(root, "createdAt"),
            UserId = data.Text("shopperReference"),
            Details = new FactDetails { Brand = data.Text("type") },
        };
    }
}
