using System.Text.Json;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>
/// The folder of public cases that GATEWAY_CASES names: <c>vectors/*.json</c> and <c>events/index.*.json</c> with the bodies
/// beside them. Whatever files it holds are read.
/// </summary>
internal static class CasesFolder
{
    public const string Variable = "GATEWAY_CASES";

    public static string? Path { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    public static string? WhySkipped(string what) => Path is null ? $"{Variable} names no folder: {what} not run." : null;

    /// <summary>Every entry of the files' list, by a name that is unique over all of them.</summary>
    public static IEnumerable<(string Name, JsonElement Entry)> Read(string folder, string pattern, string list, string nameMember)
    {
        var files = Directory.GetFiles(System.IO.Path.Combine(Path!, folder), pattern).Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in document.RootElement.GetProperty(list).EnumerateArray())
                yield return ($"{System.IO.Path.GetFileName(file)}: {entry.GetProperty(nameMember).GetString()}", entry.Clone());
        }
    }

    public static byte[] ReadBody(string file) => File.ReadAllBytes(System.IO.Path.Combine(Path!, "events", file));
}

/// <summary>A theory over public cases; skipped, saying so, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CasesTheoryAttribute : Xunit.TheoryAttribute
{
    public CasesTheoryAttribute(string what) => Skip = CasesFolder.WhySkipped(what);
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class CasesFactAttribute : Xunit.FactAttribute
{
    public CasesFactAttribute(string what) => Skip = CasesFolder.WhySkipped(what);
}
