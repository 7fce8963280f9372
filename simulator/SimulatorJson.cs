using System.Text.Json.Serialization;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator;

[JsonSerializable(typeof(SimulatorSecrets))]
[JsonSerializable(typeof(ShopOptions))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(TruthSummary))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Knobs))]
[JsonSerializable(typeof(Dictionary<string, Knobs>))]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<TestToken>>))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, WriteIndented = true)]
internal sealed partial class SimulatorJson : JsonSerializerContext;

internal sealed record Problem(IReadOnlyList<string> Errors);
