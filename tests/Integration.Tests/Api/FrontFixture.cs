using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>One API for the tests of what stands before every route, with a route that says what reached it.</summary>
public sealed class FrontFixture : IAsyncLifetime
{
    internal ApiServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ApiServer.StartAsync(routes: MapProbe);

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal static void MapProbe(RouteGroupBuilder v1)
    {
        v1.MapPost("/probe", (JsonBody<ProbeRequest> body, IdempotencyKey key, Caller caller) =>
            Results.Ok(new { body.Value.Amount, key = key.Value, caller.Tenant, fingerprint = Convert.ToHexString(body.Fingerprint) }))
            .RequireScope(Scopes.PaymentsWrite);
        v1.MapPost("/probe/other", (JsonBody<ProbeRequest> body) => Results.Ok(new { fingerprint = Convert.ToHexString(body.Fingerprint) }))
            .RequireScope(Scopes.PaymentsWrite);
        v1.MapGet("/probe/{id}", (string id, Caller caller) => Results.Ok(new { id, caller.Tenant, caller.Principal }))
            .RequireScope(Scopes.PaymentsRead);
    }
}

internal sealed record ProbeRequest : IJsonRequest<ProbeRequest>
{
    public required long Amount { get; init; }
    public string? Reference { get; init; }
    public Dictionary<string, string>? Metadata { get; init; }
    public ProbeAddress? Billing { get; init; }
    public static JsonTypeInfo<ProbeRequest> TypeInfo => ProbeJson.Default.ProbeRequest;
}

internal sealed record ProbeAddress
{
    public required string Country { get; init; }
}

[JsonSerializable(typeof(ProbeRequest))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
internal sealed partial class ProbeJson : JsonSerializerContext;
