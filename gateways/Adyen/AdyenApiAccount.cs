using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>One account's line to Adyen's Checkout API, and what every request of it carries.</summary>
internal sealed class AdyenApiAccount
{
    /// <summary>Of an idempotency key, by Adyen's documentation.</summary>
    public const int KeyLengthMax = 64;

    private readonly GatewayHttp _http;
    private readonly string _apiKey;
    private readonly TimeProvider _time;

    private AdyenApiAccount(string name, string merchantAccount, AdyenApiOptions options, GatewayHttp http, TimeProvider time)
    {
        _http = http;
        _apiKey = options.ApiKey;
        _time = time;
        Name = name;
        MerchantAccount = merchantAccount;
        ReturnUrl = options.ReturnUrl.Length > 0 ? options.ReturnUrl : null;
        SetUpCurrency = options.SetUpCurrency;
    }

    /// <summary>Ours.</summary>
    public string Name { get; }

    /// <summary>Adyen's.</summary>
    public string MerchantAccount { get; }
    public string? ReturnUrl { get; }
    public string SetUpCurrency { get; }
    public GatewayHealth Health => _http.Health;

    /// <summary>Null where the account has no credential. Every problem of the section goes to <paramref name="setup"/>.</summary>
    public static AdyenApiAccount? Read(GatewaySetup setup, string name, IConfigurationSection section)
    {
        var options = setup.Bind<AdyenApiOptions>(section);
        if (options.ApiKey.Length == 0)
            return null;
        if (options.ApiKey.Any(c => c is < '!' or > '~'))
            setup.Problem(section.GetSection(nameof(AdyenApiOptions.ApiKey)), "is no API key: it has white space or other odd characters");
        if (options.ReturnUrl.Length > 0 && !Uri.TryCreate(options.ReturnUrl, UriKind.Absolute, out _))
            setup.Problem(section.GetSection(nameof(AdyenApiOptions.ReturnUrl)), "is no absolute address");
        if (!Currencies.TryGet(options.SetUpCurrency, out var currency) || currency.Code != options.SetUpCurrency)
            setup.Problem(section.GetSection(nameof(AdyenApiOptions.SetUpCurrency)), "is no ISO 4217 code in capitals");
        var merchant = setup.Bind<AdyenOptions>(section).MerchantAccount.Split(',')[0].Trim();
        if (merchant.Length == 0)
            setup.Problem(
                section.GetSection(nameof(AdyenOptions.MerchantAccount)), "is required: the merchant account that payments are made for");
        return new AdyenApiAccount(name, merchant, options, GatewayHttp.Create(setup, "adyen", section, options.BaseUrl), setup.Time);
    }

    /// <summary>When a reply was made: by Adyen's clock where it says, else by ours.</summary>
    public DateTimeOffset TimeOf(GatewayHttpReply reply) => reply.Date ?? _time.GetUtcNow();

    /// <summary>Sent again within itself only under the same key, for which Adyen acts once.</summary>
    public Task<GatewayHttpReply> PostAsync<T>(
        string kind, string path, T body, JsonTypeInfo<T> type, string key, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > KeyLengthMax)
            throw new ArgumentException($"An idempotency key of Adyen has 1 to {KeyLengthMax} characters.", nameof(key));
        var json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return _http.SendAsync(kind, () => Make(HttpMethod.Post, path, json, key), GatewayRetry.Repeatable, cancellationToken);
    }

    public Task<GatewayHttpReply> GetAsync(string kind, string path, CancellationToken cancellationToken) =>
        _http.SendAsync(kind, () => Make(HttpMethod.Get, path), GatewayRetry.Repeatable, cancellationToken);

    /// <summary>Repeatable: what is deleted stays so.</summary>
    public Task<GatewayHttpReply> DeleteAsync(string kind, string path, CancellationToken cancellationToken) =>
        _http.SendAsync(kind, () => Make(HttpMethod.Delete, path), GatewayRetry.Repeatable, cancellationToken);

    private HttpRequestMessage Make(HttpMethod method, string path, byte[]? json = null, string? key = null)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-API-Key", _apiKey);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (json is not null)
            request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
    }
}
