using System.Net.Http.Headers;
using System.Text;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What was had instead of a token says why there is none.</summary>
internal readonly record struct PayPalTokenResult(string? Token, GatewayReply? Failed)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => Token is null ? "no token" : "a token";
}

/// <summary>
/// The access token of one account: fetched once for all who wait, kept, and fetched anew before it ends. While a fresh one cannot
/// be had the old one serves until its end. Tokens are never logged.
/// </summary>
internal sealed class PayPalTokens(GatewayHttp http, string clientId, string clientSecret, TimeProvider time)
{
    /// <summary>How long before its end a token is replaced; a tenth of its life where that is shorter.</summary>
    public static readonly TimeSpan RefreshAhead = TimeSpan.FromMinutes(5);

    // A token of the whole world's longest life would only be refused one day.
    private static readonly TimeSpan LifeMax = TimeSpan.FromHours(24);

    private readonly string _credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{clientSecret}"));

    private readonly Lock _gate = new();
    private Held? _held;
    private Task<PayPalTokenResult>? _fetch;

    /// <param name="refused">A token that PayPal has just refused: it is not given again.</param>
    public async ValueTask<PayPalTokenResult> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        Task<PayPalTokenResult> fetch;
        lock (_gate)
        {
            if (_held is { } held && held.Token == refused)
                _held = null;
            if (_held is { } fresh && time.GetUtcNow() < fresh.RefreshAt)
                return new(fresh.Token, null);
            fetch = _fetch ??= FetchAsync();
        }
        try
        {
            // Who gives up does not take the token from the others who wait for it.
            return await fetch.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new(null, GatewayHttpReply.NotSent("timeout", "Given up before a token was had.").ToFailedReply());
        }
    }

    private async Task<PayPalTokenResult> FetchAsync()
    {
        // The caller holds the lock.
        await Task.Yield();
        Held? fetched = null;
        GatewayHttpReply reply;
        try
        {
            reply = await http.SendAsync("token", Request, GatewayRetry.Repeatable, CancellationToken.None);
            fetched = Read(reply);
        }
        finally
        {
            // Whatever happens, the next caller may try anew.
            lock (_gate)
            {
                _fetch = null;
                fetched ??= _held is { } old && time.GetUtcNow() < old.EndsAt ? old : null;
                _held = fetched;
            }
        }
        return fetched is null ? new(null, FailureOf(reply)) : new(fetched.Token, null);
    }

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/oauth2/token", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", _credentials);
        return request;
    }

    private Held? Read(GatewayHttpReply reply)
    {
        if (!reply.IsSuccess)
            return null;
        try
        {
            using var document = WebhookJson.Parse(reply.Body);
            var token = document.RootElement.RequiredText("access_token");
            var seconds = document.RootElement.Integer("expires_in") ?? 0;
            if (seconds <= 0 || token.Any(c => c is <= ' ' or > '~'))
                return null;
            var life = TimeSpan.FromSeconds(Math.Min(seconds, LifeMax.TotalSeconds));
            var ahead = life / 10 < RefreshAhead ? life / 10 : RefreshAhead;
            var now = time.GetUtcNow();
            return new Held(token, now + life - ahead, now + life);
        }
        catch (UnreadableWebhookException)
        {
            return null;
        }
    }

    // Without a token the call itself is not sent: whatever is wrong, nothing has happened.
    private static GatewayReply FailureOf(GatewayHttpReply reply) => reply switch
    {
        { Failure: { } failure } => new() { Outcome = GatewayOutcome.NotDone, Failure = failure, RetryAfter = reply.RetryAfter },
        { Status: 400 or 401 or 403 } => new()
        {
            Outcome = GatewayOutcome.Refused,
            Failure = new GatewayFailure("unauthorized", Message: "PayPal refuses the client id or its secret."),
        },
        _ => new()
        {
            Outcome = GatewayOutcome.NotDone,
            Failure = new GatewayFailure("unreadable_reply", Message: "PayPal's answer holds no token."),
        },
    };

    private sealed record Held(string Token, DateTimeOffset RefreshAt, DateTimeOffset EndsAt)
    {
        /// <summary>Never the token.</summary>
        public override string ToString() => $"a token until {EndsAt:O}";
    }
}
