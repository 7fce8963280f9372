using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Ops.Orders;

/// <summary>What the simulator's gateways can be paid with, and what comes of it.</summary>
internal sealed class TestTokens
{
    private readonly IReadOnlyDictionary<string, IReadOnlyList<TestToken>> _byGateway;

    private TestTokens(IReadOnlyDictionary<string, IReadOnlyList<TestToken>> byGateway) => _byGateway = byGateway;

    public static async Task<TestTokens> LoadAsync(string simulator, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return new TestTokens(
            await http.GetFromJsonAsync(
                new Uri($"{simulator}/simulator/test-tokens"), TestTokensJson.Default.IReadOnlyDictionaryStringIReadOnlyListTestToken,
                cancellationToken)
            ?? throw new UserErrorException("the simulator says nothing of its test tokens."));
    }

    public string Paying(string gateway) => Find(gateway, "succeeds")!;

    public string Declined(string gateway) => Find(gateway, "declined")!;

    /// <summary>Null where the payer needs no card to be asked: PayPal's own page asks.</summary>
    public string? Asking(string gateway) => Find(gateway, "requires_action");

    /// <summary>To be kept for later payments.</summary>
    public string Storable(string gateway) => Find(gateway, "stores") ?? Paying(gateway);

    private string? Find(string gateway, string outcome) => _byGateway[gateway].FirstOrDefault(token => token.Outcome == outcome)?.Token;
}

internal sealed record TestToken(string Token, string Outcome);

[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<TestToken>>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TestTokensJson : JsonSerializerContext;
