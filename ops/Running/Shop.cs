using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Ops.Running;

/// <summary>The simulator's control interface, as far as <c>up</c> uses it. The simulator shares no code with us.</summary>
internal sealed class Shop(string address)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public async Task StartAsync(ShopRun run, CancellationToken cancellationToken)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri($"{address}/shop/runs"), run, ShopJson.Default.ShopRun, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new UserErrorException(
                $"the simulator refused to play the shop: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    public async Task<ShopProgress> ProgressAsync(CancellationToken cancellationToken) =>
        await Http.GetFromJsonAsync(new Uri($"{address}/shop/runs/current"), ShopJson.Default.ShopProgress, cancellationToken)
        ?? throw new UserErrorException("the simulator says nothing of its run.");

    /// <summary>How many webhooks of payments by the API are still to be taken by the ingress.</summary>
    public async Task<int> ApiWebhooksUnderWayAsync(CancellationToken cancellationToken) =>
        (await Http.GetFromJsonAsync(
            new Uri($"{address}/simulator/truth/summary"), ShopJson.Default.ApiTruthSummary, cancellationToken))?.WebhooksUnderWay
        ?? throw new UserErrorException("the simulator says nothing of its API.");
}

internal sealed record ApiTruthSummary(int WebhooksUnderWay);

internal sealed record ShopRun(string Ingress, int Seed, int Orders, double Rate, double Duplicates, double Reorder, double Forge);

internal sealed record ShopProgress
{
    public bool Running { get; init; }

    /// <summary>Null while it goes on; "finished" when all was delivered.</summary>
    public string? Ended { get; init; }
    public int Orders { get; init; }

    /// <summary>Requests made, forged ones and repeats included.</summary>
    public long Sent { get; init; }
    public long Accepted { get; init; }

    /// <summary>Genuine webhooks that were refused for good: a defect.</summary>
    public long Refused { get; init; }
    public long Undelivered { get; init; }

    /// <summary>Sent again after an error or no answer.</summary>
    public long Retried { get; init; }
    public long ForgedRefused { get; init; }

    /// <summary>Forgeries that were accepted: a violation.</summary>
    public long ForgedAccepted { get; init; }
    public double RatePerSecond { get; init; }
    public string? Failure { get; init; }
}

[JsonSerializable(typeof(ShopRun))]
[JsonSerializable(typeof(ShopProgress))]
[JsonSerializable(typeof(ApiTruthSummary))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ShopJson : JsonSerializerContext;
