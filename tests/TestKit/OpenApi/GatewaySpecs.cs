using System.Collections.Concurrent;
using Xunit;

namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>The folder of official API descriptions that GATEWAY_SPECS names: <c>adyen/*.json</c>, <c>paypal/*.json</c>.</summary>
public static class GatewaySpecs
{
    public const string Variable = "GATEWAY_SPECS";

    private static readonly ConcurrentDictionary<string, Lazy<OpenApiDocument>> Loaded = new();

    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <param name="file">Below the folder: <c>adyen/CheckoutService-v72.json</c>. Loaded once.</param>
    public static OpenApiDocument Load(string file) => Loaded.GetOrAdd(
        file, name => new Lazy<OpenApiDocument>(() => OpenApiDocument.Load(Path.Combine(Folder!, name)))).Value;
}

/// <summary>Needs the gateways' official API descriptions; skipped, saying so, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GatewaySpecsFactAttribute : FactAttribute
{
    public GatewaySpecsFactAttribute()
    {
        if (GatewaySpecs.Folder is null) Skip = $"{GatewaySpecs.Variable} names no folder with the gateways' API descriptions.";
    }
}
