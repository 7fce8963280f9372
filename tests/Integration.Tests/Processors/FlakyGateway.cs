using System.Text;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Integration.Tests.Storage;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>
/// A made-up gateway, for what no real one does on demand. A body is <c>event payment amount</c>; the event captures the amount.
/// </summary>
internal sealed class FlakyGateway : IWebhookGateway
{
    public static readonly GatewayRegistration Registration = new("Flaky", _ => new FlakyGateway());

    /// <summary>While false, nothing can be read: a reader with a defect.</summary>
    public static volatile bool IsMended = true;

    public string Name => "flaky";
    public IReadOnlyCollection<string> Accounts => ["default"];
    public ReadOnlyMemory<byte> Acknowledgement => default;

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(default(WebhookVerdict));

    public WebhookReading Read(StoredWebhook webhook)
    {
        var words = Encoding.UTF8.GetString(webhook.Body.Span).Split(' ');
        if (words.Length != 3) throw new UnreadableWebhookException("It has not three words.");
        if (!IsMended) throw new InvalidOperationException("A defect of the reader.");
        var fact = Books.Fact(FactKind.Captured, words[1], words[0], long.Parse(words[2])) with { Gateway = Name, OrderId = $"order-of-{words[1]}" };
        return new WebhookReading(
            [new GatewayEvent { Key = words[0], Type = "captured", ContentHash = (UInt128)words[2].Length, Facts = [fact] }]);
    }
}
