using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core.Payments;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Tollbooth;

public sealed class TollboothTests
{
    public const string Secret = "a seal of the booth";
    public const string Body = """{"number":"n1","what":"toll_paid","toll":"t1","cents":150,"coin":"EUR","at":1793613600}""";

    /// <summary>The one line that a fourth gateway adds to AddGateways.</summary>
    public static readonly GatewayRegistration Registration = new("Tollbooth", TollboothGateway.Create);

    internal static GatewayUnderTest Make() => new(
        "tollbooth",
        [KeyValuePair.Create("Gateways:Tollbooth:Seals:0", (string?)Secret)],
        more: services => services.AddSingleton(Registration));

    internal static string Seal(byte[] body) =>
        Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body));

    [Fact]
    public async Task A_fourth_gateway_needs_one_folder_and_one_line()
    {
        using var booth = Make();

        var verdict = await booth.Verify(Body, (TollboothSeal.HeaderName, Seal(Encoding.UTF8.GetBytes(Body))));
        Assert.Equal((WebhookVerdictKind.Authentic, "secret-0", "n1", "t1"),
            (verdict.Kind, verdict.SecretId, verdict.EventKey, verdict.PartitionKey));
        var changed = await booth.Verify(Body + " ", (TollboothSeal.HeaderName, Seal(Encoding.UTF8.GetBytes(Body))));
        Assert.Equal(WebhookVerdictKind.NotAuthentic, changed.Kind);

        var fact = booth.Read(Body).Single().Facts.Single();
        var payment = PaymentFold.Apply(Payment.New(Guid.CreateVersion7(fact.OccurredAt), fact, PaymentOrigin.External), fact).Payment;
        Assert.Equal((PaymentStatus.Succeeded, 150, "EUR"), (payment.Status, payment.AmountCaptured, payment.Currency!.Value.Code));
    }
}
