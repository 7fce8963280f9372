using System.Buffers.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>An issuer that publishes its keys at <c>/jwks.json</c> and counts who asks.</summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly Dictionary<string, Tokens> _keys = [];
    private readonly WebApplication _app;
    private int _fetches;

    private Issuer()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/jwks.json", () =>
        {
            Interlocked.Increment(ref _fetches);
            return Results.Json(new { keys = _keys.Select(pair => Jwk(pair.Key, pair.Value)).Prepend(new { kty = "OKP", crv = "Ed25519", x = "AA", y = "", kid = "other" }) });
        });
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";
    public int Fetches => _fetches;

    public static async Task<Issuer> StartAsync()
    {
        var issuer = new Issuer();
        await issuer._app.StartAsync();
        return issuer;
    }

    public void Publish(string keyId) => _keys[keyId] = new Tokens();

    public void Withdraw(string keyId)
    {
        if (_keys.Remove(keyId, out var key)) key.Dispose();
    }

    /// <summary>Signed by that key, or by one that nobody knows.</summary>
    public string Token(string signedBy, string? keyId = null)
    {
        var header = Tokens.Header();
        header["kid"] = keyId ?? signedBy;
        if (_keys.TryGetValue(signedBy, out var known)) return known.Sign(header, Tokens.Claims());
        using var stranger = new Tokens();
        return stranger.Sign(header, Tokens.Claims());
    }

    private static dynamic Jwk(string keyId, Tokens tokens)
    {
        var point = tokens.Key.ExportParameters(false).Q;
        return new { kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y), kid = keyId };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var key in _keys.Values) key.Dispose();
    }
}
