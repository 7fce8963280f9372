using System.Text;
using PaymentPipeline.Gateways.Tests.Adyen;
using PaymentPipeline.Gateways.Tests.PublicCases;
using PaymentPipeline.Gateways.Tests.Stripe;
using PaymentPipeline.Gateways.Tests.Tollbooth;

namespace PaymentPipeline.Gateways.Tests;

/// <param name="Signature">As it stands in a header or in the body.</param>
/// <param name="SignedText">A text of the body that the signature covers.</param>
internal sealed record GenuineRequest(byte[] Body, (string Name, string Value)[] Headers, string Signature, string SignedText)
{
    public string Account { get; init; } = "default";

    public string Text => Encoding.UTF8.GetString(Body);

    public GenuineRequest WithSignature(string signature) => this with
    {
        Headers = [.. Headers.Select(header => (header.Name, header.Value.Replace(Signature, signature, StringComparison.Ordinal)))],
        Body = Encoding.UTF8.GetBytes(Text.Replace(Signature, signature, StringComparison.Ordinal)),
    };

    public async Task<WebhookVerdict> JudgeAsync(GatewayUnderTest gateway) =>
        await gateway.Gateway.VerifyAsync(new WebhookRequest(Account, Body, new HeaderLines(Headers)), CancellationToken.None);
}

/// <summary>For every gateway, and every way in which it signs: how to make it, and requests that it accepts.</summary>
internal static class GenuineRequests
{
    private static readonly Lazy<PayPalStandIn> PayPal = new(() => new PayPalStandIn(StripeUnderTest.Now));

    /// <summary>By the gateway's name, a word more where it signs in several ways.</summary>
    public static IReadOnlyDictionary<string, (Func<GatewayUnderTest> Make, Func<string, GenuineRequest> Genuine)> Makers { get; } =
        new Dictionary<string, (Func<GatewayUnderTest>, Func<string, GenuineRequest>)>
        {
            ["stripe"] = (() => StripeUnderTest.Make(), OfStripe),
            ["adyen items"] = (() => AdyenRequest.Gateway(), OfAdyenItems),
            ["adyen header"] = (() => AdyenRequest.Gateway(), OfAdyenHeader),
            ["paypal"] = (MakePayPal, OfPayPal),
            ["tollbooth"] = (TollboothTests.Make, OfTollbooth),
        };

    private static GenuineRequest OfStripe(string id)
    {
        var body = StripeUnderTest.Bytes(StripeUnderTest.Event("customer.created", $$"""{"id":"{{id}}"}"""));
        var header = StripeSigner.Header(body, StripeUnderTest.Now);
        return new(body, [header], header.Value[(header.Value.IndexOf("v1=", StringComparison.Ordinal) + 3)..], id);
    }

    private static GenuineRequest OfAdyenItems(string id)
    {
        var item = AdyenRequest.Item("AUTHORISATION", psp: id);
        // Written by hand, so that the base64 stands in the body letter by letter.
        var signature = AdyenRequest.Sign(item, AdyenRequest.Key);
        var body = AdyenRequest.Body(item).Replace("\\u002B", "+", StringComparison.Ordinal);
        return new(Encoding.UTF8.GetBytes(body), [], signature, id);
    }

    private static GenuineRequest OfAdyenHeader(string id)
    {
        var body = $$$"""{"eventId":"{{{id}}}","type":"recurring.token.created","data":{"merchantAccount":"{{{AdyenRequest.Account}}}"}}""";
        return new(Encoding.UTF8.GetBytes(body), AdyenRequest.Headers(body), AdyenRequest.Sign(body, AdyenRequest.Key), id);
    }

    private static GatewayUnderTest MakePayPal() => new(
        "paypal",
        GatewaySettings.PayPal(PayPalStandIn.WebhookId, PayPal.Value.RootPem, ""),
        StripeUnderTest.Now,
        PayPal.Value.Certificates.AddTo);

    private static GenuineRequest OfPayPal(string id)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","event_type":"INVENTED","resource":{} }""");
        var headers = PayPal.Value.Sign(body, StripeUnderTest.Now);
        return new(body, headers, headers.Single(header => header.Name == "PAYPAL-TRANSMISSION-SIG").Value, id);
    }

    private static GenuineRequest OfTollbooth(string id)
    {
        var body = Encoding.UTF8.GetBytes(TollboothTests.Body.Replace("t1", id, StringComparison.Ordinal));
        var seal = TollboothTests.Seal(body);
        return new(body, [(TollboothSeal.HeaderName, seal)], seal, id);
    }
}
