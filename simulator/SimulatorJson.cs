using System.Text.Json.Serialization;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator;

[JsonSerializable(typeof(SimulatorSecrets))]
[JsonSerializable(typeof(ShopOptions))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(TruthSummary))]
[JsonSerializable(typeof(Problem))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, WriteIndented = true)]
internal sealed partial class SimulatorJson : JsonSerializerContext;

internal sealed record Problem(IReadOnlyList<string> Errors);
