using System.Net.Http.Headers;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>One account's calls to Stripe's API: how they are signed, versioned and keyed, and whether an answer can be read.</summary>
internal sealed class StripeApi(string account, StripeOptions options, GatewayHttp http, TimeProvider time)
{
    /// <summary>
    /// Every call names the version whose words we speak, so that a change of the account's default changes nothing. It is the newest whose
    /// whole description our requests are tested against.
    /// </summary>
    public const string Version = "2026-08-26.dahlia";

    private const int ListPagesMax = 10;

    public string Account => account;
    public GatewayHealth Health => http.Health;

    public Task<StripeAnswer> PostAsync(string kind, string[] path, StripeForm form, string key, CancellationToken cancellationToken) =>
        form.Problem is { } problem
            ? Task.FromResult(StripeAnswer.Of(StripeErrors.Refused("invalid_request", problem)))
            : SendAsync(kind, path, () => RequestOf(HttpMethod.Post, PathOf(path), form.ToContent(), key), cancellationToken);

    public Task<StripeAnswer> GetAsync(string kind, string[] path, StripeForm query, CancellationToken cancellationToken) =>
        SendAsync(kind, path, () => RequestOf(HttpMethod.Get, query.IsEmpty ? PathOf(path) : $"{PathOf(path)}?{query}", null, null),
            cancellationToken);

    /// <summary>A list with all its pages; what follows a great many is left.</summary>
    /// <param name="query">Makes the query's own members anew for each page.</param>
    public async Task<StripeList> ListAsync(string kind, string[] path, Func<StripeForm> query, CancellationToken cancellationToken)
    {
        var items = new List<JsonElement>();
        string? after = null;
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync(kind, path, query().Add("limit", "100").Add("starting_after", after), cancellationToken);
            if (!answer.IsSuccess) return new StripeList(items, answer, IsWhole: false);
            var data = answer.Body.At("data");
            if (data.ValueKind != JsonValueKind.Array) throw new UnreadableWebhookException("The list has no \"data\".");
            items.AddRange(data.EnumerateArray());
            var isWhole = answer.Body.Flag("has_more") is not true || data.GetArrayLength() == 0;
            if (isWhole || page == ListPagesMax) return new StripeList(items, answer, isWhole);
            after = items[^1].RequiredText("id");
        }
    }

    private async Task<StripeAnswer> SendAsync(
        string kind, string[] path, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        // Ids come from our callers and go into the address: what is no id names nothing.
        if (!path.All(IsId)) return StripeAnswer.Of(StripeErrors.Refused("not_found", "Stripe has no such id."));
        var reply = await http.SendAsync(kind, make, GatewayRetry.Repeatable, cancellationToken);
        if (reply.Failure is not null) return StripeAnswer.Of(reply.ToFailedReply());
        using var document = WebhookJson.Parse(reply.Body);
        return new StripeAnswer(account, reply.Status, document.RootElement.Clone(), reply.Date ?? time.GetUtcNow(), null)
        {
            RetryAfter = reply.RetryAfter,
            IsOfSeveralTries = reply.MayHaveHappened,
        };
    }

    private HttpRequestMessage RequestOf(HttpMethod method, string path, HttpContent? content, string? key)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        request.Headers.Add("Stripe-Version", Version);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (options.AccountId is { } connected) request.Headers.Add("Stripe-Account", connected);
        return request;
    }

    private static string PathOf(string[] path) => "/v1/" + string.Join('/', path);

    private static bool IsId(string text) =>
        text.Length is > 0 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

/// <summary>What Stripe said, or how the call ended without it saying anything that can be read.</summary>
/// <param name="AnsweredAt">By Stripe's clock, in whole seconds.</param>
/// <param name="Ended">Set where there is nothing to read: the reply of the whole call.</param>
internal sealed record StripeAnswer(string Account, int Status, JsonElement Body, DateTimeOffset AnsweredAt, GatewayReply? Ended)
{
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An earlier try of the same call may have had its effect.</summary>
    public bool IsOfSeveralTries { get; init; }

    public bool IsSuccess => Ended is null && Status is >= 200 and <= 299;

    public static StripeAnswer Of(GatewayReply ended) => new("", 0, default, default, ended);
}

/// <param name="Last">The newest page's answer: what went wrong where something did.</param>
/// <param name="IsWhole">False when pages are missing.</param>
internal sealed record StripeList(IReadOnlyList<JsonElement> Items, StripeAnswer Last, bool IsWhole);
