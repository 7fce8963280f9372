using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Load;

/// <summary>One round, rates a second, latencies in milliseconds from the moment a request was due.</summary>
internal sealed record ApiRound(
    double Creates, double ClosedP99, double OpenRate, double P50, double P90, double P99, double P999, double DriverLateP99,
    double Simulator, double Live)
{
    public static ApiRound Median(IReadOnlyList<ApiRound> rounds)
    {
        double Of(Func<ApiRound, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
        return new ApiRound(
            Of(r => r.Creates), Of(r => r.ClosedP99), Of(r => r.OpenRate), Of(r => r.P50), Of(r => r.P90), Of(r => r.P99), Of(r => r.P999),
            Of(r => r.DriverLateP99), Of(r => r.Simulator), Of(r => r.Live));
    }

    public string Text(string name) => string.Create(CultureInfo.InvariantCulture, $"""
        {name}: create {Creates:N0}/s, simulator alone {Simulator:N0}/s, ratio {Creates / Simulator:N2}, live {Live:N0}/s
        {name}: at {OpenRate:N0}/s p50 {P50:N1}, p90 {P90:N1}, p99 {P99:N1}, p99.9 {P999:N1} ms; saturated p99 {ClosedP99:N1} ms
        {name}: of the latencies the driver's own lateness: p99 {DriverLateP99:N1} ms
        """);
}

/// <summary>What <c>--json</c> prints. Errors by "part status", status 0 for no answer.</summary>
internal sealed record ApiReport(
    string Engine, int Seed, int Connections, double Seconds, string LoadAverage, ApiRound Median, IReadOnlyList<ApiRound> Rounds,
    IReadOnlyDictionary<string, int> Errors)
{
    public string Json() => JsonSerializer.Serialize(this, ApiReportJson.Default.ApiReport);
}

[JsonSerializable(typeof(ApiReport))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class ApiReportJson : JsonSerializerContext;
