using System.Text;
using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Whether Stripe takes what the client sends, by Stripe's own server and by Stripe's descriptions of its API.</summary>
public sealed class StripeRequestTests(ITestOutputHelper output)
{
    /// <summary>
    /// What the whole description of 2023-08-16 does not know yet. The operations of 2026-08, which lack maps and some types, do.
    /// </summary>
    private static readonly string[] NewerThanTheWholeDescription = ["final_capture", "payment_method_options[card][request_multicapture]"];

    [StripeMockFact]
    public async Task Stripes_own_server_takes_every_request()
    {
        using var mock = await StripeMock.StartAsync();
        using var client = new HttpClient { BaseAddress = mock.Address };
        var refused = new List<string>();
        await using var server = await ScriptedServer.StartAsync(async (context, request, _) =>
        {
            var (status, body) = await ForwardAsync(client, request);
            if (status != 200) refused.Add($"{request} {Encoding.UTF8.GetString(request.Body.Span)}: {status} {body}");
            await context.AnswerAsync(status, body);
        });

        var requests = await EveryStripeCall.SendAsync(server);

        Assert.Empty(refused);
        AssertComplete(requests);
        output.WriteLine($"stripe-mock took {requests.Count} requests.");
    }

    [GatewaySpecsFact]
    public async Task Every_request_is_one_of_Stripes_whole_description()
    {
        var description = GatewaySpecs.Load("stripe/spec3-2023-08-16.json.gz");
        var requests = await RecordAsync();

        var errors = requests.SelectMany(request => description.Check(Without(request, NewerThanTheWholeDescription))
            .Select(error => $"{request}: {error}"));

        Assert.Empty(errors);
        Assert.NotEmpty(description.Check(With(requests[0], "amount_of_money=1")));
        Assert.NotEmpty(description.Check(Without(requests[0], ["currency"])));
        output.WriteLine($"{requests.Count} requests fit Stripe's description of 2023-08-16.");
    }

    [GatewaySpecsFact]
    public async Task Every_request_is_one_of_Stripes_newest_operations()
    {
        var operations = StripeOperationList.Load(Path.Combine(GatewaySpecs.Folder!, "stripe", "operations-2026-08.json"));
        var requests = await RecordAsync();

        Assert.Empty(requests.SelectMany(operations.Check));
        Assert.NotEmpty(operations.Check(With(requests[0], "amount_of_money=1")));
        Assert.NotEmpty(operations.Check(With(requests[0], "setup_future_usage=sometimes")));
        output.WriteLine($"{requests.Count} requests fit Stripe's operations of 2026-08.");
    }

    /// <summary>A server that takes everything: the requests alone are of interest, and the customer that some are about.</summary>
    private static async Task<IReadOnlyList<RecordedRequest>> RecordAsync()
    {
        await using var server = await ScriptedServer.StartAsync((context, request, _) => context.AnswerAsync(200, request.Path switch
        {
            "/v1/customers" => """{"id":"cus_7","object":"customer"}""",
            _ => """{"object":"list","has_more":false,"data":[]}""",
        }));
        var requests = await EveryStripeCall.SendAsync(server);
        AssertComplete(requests);
        return requests;
    }

    private static void AssertComplete(IReadOnlyList<RecordedRequest> requests)
    {
        Assert.Equal(31, requests.Count);
        Assert.All(requests, request => Assert.Equal(request.Method == "POST", request.Headers.ContainsKey("Idempotency-Key")));
    }

    private static async Task<(int Status, string Body)> ForwardAsync(HttpClient client, RecordedRequest request)
    {
        using var copy = new HttpRequestMessage(new HttpMethod(request.Method), request.Path + request.Query);
        if (request.Method == "POST") copy.Content = new ReadOnlyMemoryContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) copy.Content?.Headers.TryAddWithoutValidation(name, value);
            else if (name is not "Host") copy.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(copy);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static RecordedRequest Without(RecordedRequest request, string[] names) => request with
    {
        Body = Encoding.ASCII.GetBytes(string.Join('&', Encoding.ASCII.GetString(request.Body.Span).Split('&')
            .Where(pair => !names.Contains(Uri.UnescapeDataString(pair.Split('=')[0]))))),
    };

    private static RecordedRequest With(RecordedRequest request, string pair) =>
        request with { Body = Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(request.Body.Span)}&{pair}") };
}
