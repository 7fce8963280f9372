using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

public sealed partial class SignatureVectorTests(ITestOutputHelper output)
{
    private static readonly Lazy<Dictionary<string, JsonElement>> All = new(() =>
        CasesFolder.Read("vectors", "*.json", "vectors", "name").ToDictionary(vector => vector.Name, vector => vector.Entry));

    public static TheoryData<string> Names => [.. All.Value.Keys];

    [CasesTheory("public signature vectors")]
    [MemberData(nameof(Names))]
    public async Task A_public_vector_is_judged_as_expected(string name)
    {
        var vector = new SignatureVector(All.Value[name]);

        Assert.Equal(vector.Expected, await vector.JudgeAsync(vector.Body));

        Assert.All(vector.Fetched, address => Assert.Matches(AllowedAddress(), address));
        if (vector.AddressIsForbidden) Assert.Empty(vector.Fetched);
    }

    [CasesTheory("public signature vectors, per item")]
    [MemberData(nameof(Names))]
    public async Task Each_item_of_a_public_vector_is_judged_as_expected(string name)
    {
        var vector = new SignatureVector(All.Value[name]);
        if (vector.ItemsExpected is not { Length: > 0 } expected) return;

        var judged = new List<string>();
        foreach (var body in vector.BodiesOfItems()) judged.Add(await vector.JudgeAsync(body));

        Assert.Equal(expected, judged);
    }

    [CasesFact("count of the public signature vectors")]
    public void The_public_vectors_are_counted()
    {
        var counts = All.Value.Values.CountBy(vector => vector.GetProperty("gateway").GetString()!).OrderBy(count => count.Key);
        var perGateway = string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
        var line = $"Public signature vectors: {All.Value.Count} ({perGateway})";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.NotEmpty(All.Value);
    }

    [GeneratedRegex("^https://(api|api-m)(\\.sandbox)?\\.paypal\\.com/v1/notifications/certs/[^/?#]+$")]
    private static partial Regex AllowedAddress();
}
