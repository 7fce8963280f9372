using System.Text;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Tests.Tollbooth;

/// <summary><c>{"number":"n1","what":"toll_paid","toll":"t1","cents":150,"coin":"EUR","at":1793613600}</c></summary>
internal static class TollboothEvents
{
    public static (string Number, string Toll) FindKeys(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WebhookJson.Parse(body);
            return (document.RootElement.RequiredText("number"), document.RootElement.RequiredText("toll"));
        }
        catch (UnreadableWebhookException)
        {
            // Signed but unreadable: stored all the same, quarantined later.
            return ("", ContentHash.PartitionKeyOf(body.Span));
        }
    }

    public static WebhookReading Read(StoredWebhook webhook)
    {
        using var document = WebhookJson.Parse(webhook.Body);
        var root = document.RootElement;
        var what = root.RequiredText("what");
        return new WebhookReading([new GatewayEvent
        {
            Key = root.RequiredText("number"),
            Type = what,
            ContentHash = ContentHash.Of(Encoding.UTF8.GetBytes(what), webhook.Body.Span),
            Facts = what == "toll_paid" ? [Paid(webhook.Account, root)] : [],
        }]);
    }

    private static Fact Paid(string account, System.Text.Json.JsonElement root)
    {
        var toll = root.RequiredText("toll");
        var cents = root.Integer("cents") ?? throw new UnreadableWebhookException("\"cents\" is missing.");
        var amount = Currencies.FromGatewayMinor("tollbooth", cents, root.RequiredText("coin"));
        return new Fact
        {
            Gateway = "tollbooth",
            Account = account,
            Kind = FactKind.Captured,
            Key = FactKey.Of(FactKind.Captured, toll),
            Reference = toll,
            Aliases = [toll],
            FoundsPayment = true,
            PartId = toll,
            Amount = amount,
            PaymentAmount = amount,
            OccurredAt = DateTimeOffset.FromUnixTimeSeconds(root.Integer("at") ?? 0),
        };
    }
}
