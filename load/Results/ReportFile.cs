using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Load.Results;

/// <summary>A report as a JSON file: camelCase, indented, what is null left out.</summary>
internal static class ReportFile
{
    public static async Task WriteAsync(LoadReport report, string file, CancellationToken cancellationToken = default)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, report, ReportJson.Default.LoadReport, cancellationToken);
    }

    /// <exception cref="InvalidDataException">The file holds no report, or one of another schema.</exception>
    public static async Task<LoadReport> ReadAsync(string file, CancellationToken cancellationToken = default)
    {
        await using var stream = File.OpenRead(file);
        try
        {
            var report = await JsonSerializer.DeserializeAsync(stream, ReportJson.Default.LoadReport, cancellationToken);
            return report is { Schema: LoadReport.SchemaVersion }
                ? report
                : throw new InvalidDataException($"{file} has schema {report?.Schema}, this program reads {LoadReport.SchemaVersion}.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{file} is not a load report: {problem.Message}", problem);
        }
    }
}

[JsonSerializable(typeof(LoadReport))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class ReportJson : JsonSerializerContext;
