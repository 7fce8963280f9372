using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PaymentPipeline.Client;

/// <summary>
/// Sends requests until there is a definite answer: a lost answer, 429, 503 and a request still in progress are asked again, always
/// with the same idempotency key, so that nothing is done twice.
/// </summary>
internal sealed class ApiConnection(HttpClient http, Func<CancellationToken, ValueTask<string>> token, TimeProvider time)
{
    private const int TriesMax = 5;
    private static readonly TimeSpan longestPause = TimeSpan.FromSeconds(20);

    public Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), answer, cancellationToken);

    /// <param name="idempotencyKey">Null only for what has one effect by itself.</param>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, string? idempotencyKey, JsonTypeInfo<TAnswer> answer,
        CancellationToken cancellationToken)
    {
        if (idempotencyKey is not null) ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        return SendAsync(() =>
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            return request;
        }, answer, cancellationToken);
    }

    /// <summary>One try: for streams, which come back by their own cursor.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancellationToken));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public static async Task<PaymentPipelineException> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var problem = await JsonSerializer.DeserializeAsync(body, ClientJson.Default.ProblemBody, cancellationToken);
            return new PaymentPipelineException(
                status, problem?.Code ?? $"http_{status}", problem?.Member, problem?.Detail ?? problem?.Title ?? $"HTTP {status}",
                problem?.Payment);
        }
        catch (JsonException)
        {
            return new PaymentPipelineException(status, $"http_{status}", null, $"HTTP {status} without problem details.");
        }
    }

    private async Task<TAnswer> SendAsync<TAnswer>(
        Func<HttpRequestMessage> make, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            TimeSpan? asked = null;
            try
            {
                using var request = make();
                using var response = await OpenAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                    return await JsonSerializer.DeserializeAsync(body, answer, cancellationToken)
                        ?? throw new PaymentPipelineException("The API answered null.");
                }
                var problem = await ProblemOfAsync(response, cancellationToken);
                if (tried == TriesMax || !IsPassing(response.StatusCode, problem.Code)) throw problem;
                asked = response.Headers.RetryAfter?.Delta;
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException
                || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // No answer: it may have been done, and the same key again is right.
                if (tried == TriesMax) throw new PaymentPipelineException("The API did not answer.", lost);
            }
            await Task.Delay(Pause(tried, asked), time, cancellationToken);
        }
    }

    private static bool IsPassing(HttpStatusCode status, string code) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => true,
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => true,
        HttpStatusCode.Conflict => code == "request_in_progress",
        _ => false,
    };

    private static TimeSpan Pause(int tried, TimeSpan? asked)
    {
        var pause = asked ?? TimeSpan.FromMilliseconds(200 << tried);
        pause = pause < longestPause ? pause : longestPause;
        return pause + (pause * (0.25 * Random.Shared.NextDouble()));
    }
}
