using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentPipeline.Ops.Running;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Signs a token for the API of a running system with its development key.</summary>
internal static class TokenCommand
{
    private const int MinutesMax = 60;
    private static readonly string[] AllScopes =
        ["payments:read", "payments:write", "refunds:write", "methods:write", "ops:read", "ops:write"];

    public static Command Build()
    {
        var data = CommonOptions.Data();
        var scope = new Option<string[]>("--scope")
        {
            Description = $"What it allows: {string.Join(' ', AllScopes)}. Default: all of them.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => AllScopes,
        };
        var tenant = new Option<string>("--tenant") { Description = "Whose payments.", DefaultValueFactory = _ => "default" };
        var subject = new Option<string>("--subject") { Description = "Who calls.", DefaultValueFactory = _ => "developer" };
        var minutes = new Option<int>("--minutes")
        {
            Description = $"How long it is good, 1 to {MinutesMax}.",
            DefaultValueFactory = _ => MinutesMax,
        };
        var command = new Command("token", "Prints a token for the API, signed with the development key that 'up' made.")
        {
            data, scope, tenant, subject, minutes,
        }.WithExample("curl -H \"Authorization: Bearer $(./pipeline token --scope payments:read)\" http://127.0.0.1:8080/v1/payments");
        command.SetAction(parsed =>
        {
            Console.WriteLine(Sign(parsed.GetValue(data)!, parsed.GetValue(scope)!, parsed.GetValue(tenant)!, parsed.GetValue(subject)!,
                parsed.GetValue(minutes)));
            return 0;
        });
        return command;
    }

    /// <exception cref="UserErrorException">The folder has no key, or its api trusts others.</exception>
    public static string Sign(DirectoryInfo data, string[] scopes, string tenant, string subject, int minutes)
    {
        var wanted = scopes.SelectMany(scope => scope.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).ToArray();
        if (wanted.Except(AllScopes).FirstOrDefault() is { } unknown)
            throw new UserErrorException($"there is no scope '{unknown}': choose from {string.Join(' ', AllScopes)}.");
        if (minutes is < 1 or > MinutesMax) throw new UserErrorException($"--minutes must be 1 to {MinutesMax}.");
        using var key = DevelopmentKey.Load(data);
        var settings = SystemState.SettingsOf(data);
        if (settings["Auth:SigningKeys:0"] is { } trusted && !key.IsPublicHalf(trusted))
            throw new UserErrorException("the api of this system trusts other keys (Auth__SigningKeys__0): its issuer makes the tokens.");

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return key.Sign(JsonSerializer.Serialize(
            new TokenClaims(
                settings["Auth:Issuer"] ?? DevelopmentKey.Issuer, settings["Auth:Audience"] ?? DevelopmentKey.Audience, subject, tenant,
                string.Join(' ', wanted), now, now + (minutes * 60)),
            TokenClaimsJson.Default.TokenClaims));
    }
}

/// <summary>RFC 9068's claims of an access token, and whose payments it opens.</summary>
internal sealed record TokenClaims(string Iss, string Aud, string Sub, string Tenant, string Scope, long Iat, long Exp);

[JsonSerializable(typeof(TokenClaims))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TokenClaimsJson : JsonSerializerContext;
