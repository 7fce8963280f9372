using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>POST /v1/oauth2/token: access tokens for the client's id and secret, good for as long as the knobs say.</summary>
internal sealed class PayPalAccess(ApiFloor floor)
{
    private const string Scope =
        "https://uri.paypal.com/services/payments/payment/authcapture https://uri.paypal.com/services/vault/payment-tokens/readwrite";

    private readonly Dictionary<string, DateTimeOffset> _expiries = [];

    public ApiAnswer Grant(ApiRequest request)
    {
        if (!IsClient(request.Header("Authorization"))) return Error(401, "invalid_client", "Client Authentication failed");
        using var form = new FormReader(Encoding.UTF8.GetString(request.Body));
        if (!form.ReadForm().TryGetValue("grant_type", out var grant) || grant[0] != "client_credentials")
            return Error(400, "unsupported_grant_type", "unsupported grant_type");

        var token = "A21AA" + RandomNumberGenerator.GetHexString(64);
        var seconds = floor.Faults["paypal"].Knobs.TokenSeconds;
        foreach (var (old, expiry) in _expiries.ToArray())
            if (expiry <= request.Now) _expiries.Remove(old);
        _expiries[token] = request.Now.AddSeconds(seconds);
        return PayPalAnswers.Ok(new JsonObject
        {
            ["scope"] = Scope,
            ["access_token"] = token,
            ["token_type"] = "Bearer",
            ["app_id"] = "APP-80W284485P519543T",
            ["expires_in"] = seconds,
            ["nonce"] = $"{PayPalBodies.Time(request.Now)}{RandomNumberGenerator.GetHexString(20)}",
        });
    }

    public bool IsGood(ApiRequest request)
    {
        var header = request.Header("Authorization");
        if (header?.StartsWith("Bearer ", StringComparison.Ordinal) != true) return false;
        lock (floor.Lock) return _expiries.TryGetValue(header[7..], out var expiry) && request.Now < expiry;
    }

    private bool IsClient(string? header)
    {
        var expected = $"{floor.Secrets.PayPalClientId}:{floor.Secrets.PayPalClientSecret}";
        return header == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(expected));
    }

    private static ApiAnswer Error(int status, string error, string description) =>
        new(status, new JsonObject { ["error"] = error, ["error_description"] = description }.ToText());
}
