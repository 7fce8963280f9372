using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PaymentPipeline.Gateways.Tests.Stripe;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>One signature vector, judged by the real gateway at the vector's own time.</summary>
internal sealed class SignatureVector(JsonElement vector)
{
    private readonly ServedCertificates _certificates = ServedCertificates.Of(vector);

    public string Gateway { get; } = vector.GetProperty("gateway").GetString()!;
    public string Expected { get; } = vector.GetProperty("expected").GetString()!;

    /// <summary>Per Adyen item; null where the vector does not say.</summary>
    public string[]? ItemsExpected { get; } = vector.TryGetProperty("itemExpected", out var items)
        ? [.. items.EnumerateArray().Select(item => item.GetString()!)]
        : null;

    public byte[] Body { get; } = Convert.FromBase64String(vector.GetProperty("bodyBase64").GetString()!);

    /// <summary>Addresses that were asked for a certificate.</summary>
    public IReadOnlyList<string> Fetched => _certificates.Fetched;

    public bool AddressIsForbidden { get; } =
        vector.TryGetProperty("reference", out var reference) && reference.GetString()!.Contains("cert url", StringComparison.Ordinal);

    /// <summary>"valid" or "invalid". A secret with which the process would not start makes the request invalid.</summary>
    public async Task<string> JudgeAsync(byte[] body)
    {
        try
        {
            using var gateway = new GatewayUnderTest(
                Gateway, Settings(body), DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("now").GetInt64()), _certificates.AddTo);
            var verdict = await gateway.Verify(body, Headers());
            return verdict.Kind == WebhookVerdictKind.Authentic ? "valid" : "invalid";
        }
        catch (OptionsValidationException)
        {
            return "invalid";
        }
    }

    /// <summary>Each item of an Adyen request as a request of its own.</summary>
    public IEnumerable<byte[]> BodiesOfItems()
    {
        using var document = JsonDocument.Parse(Body);
        foreach (var item in document.RootElement.GetProperty("notificationItems").EnumerateArray())
            yield return Encoding.UTF8.GetBytes($$"""{"live":"false","notificationItems":[{{item.GetRawText()}}]}""");
    }

    private Dictionary<string, string?> Settings(byte[] body)
    {
        var secret = vector.GetProperty("secretOrKey").GetString()!;
        return Gateway switch
        {
            // Vectors without a signature, whose secret the process would not start with: with a longer one the check itself refuses.
            "stripe" => GatewaySettings.Stripe(secret == "whsec_x" ? StripeSigner.Secret : secret, vector.GetProperty("toleranceSeconds").GetInt32()),
            "adyen" => GatewaySettings.Adyen(secret, body),
            "paypal" => GatewaySettings.PayPal(
                secret, vector.GetProperty("trustAnchorsPem").GetString()!, vector.GetProperty("intermediatesPem").GetString()!),
            _ => throw new NotSupportedException($"No settings are known for {Gateway}."),
        };
    }

    private (string Name, string Value)[] Headers() =>
        [.. vector.GetProperty("headers").EnumerateObject().Select(header => (header.Name, header.Value.GetString()!))];
}

/// <summary>In place of the sockets: answers with the vector's certificates and notes what was asked for.</summary>
internal sealed class ServedCertificates(IReadOnlyDictionary<string, string> byAddress) : HttpMessageHandler
{
    private readonly List<string> _fetched = [];

    public IReadOnlyList<string> Fetched => _fetched;

    public static ServedCertificates Of(JsonElement vector) => new(
        vector.TryGetProperty("certUrlResponses", out var responses)
            ? responses.EnumerateObject().ToDictionary(response => response.Name, response => response.Value.GetString()!)
            : []);

    public void AddTo(IServiceCollection services) => services.AddKeyedSingleton<HttpMessageHandler>("paypal-certificates", this);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.OriginalString;
        _fetched.Add(address);
        return Task.FromResult(byAddress.TryGetValue(address, out var pem)
            ? new HttpResponseMessage { Content = new StringContent(pem) }
            : new HttpResponseMessage(System.Net.HttpStatusCode.NotFound));
    }
}
