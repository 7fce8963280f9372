using System.Reflection;
using System.Text.Json;
using PaymentPipeline.Core.Events;

namespace PaymentPipeline.Core.Tests.Events;

/// <summary>The published schemas in docs/events, found by walking up from the test assembly.</summary>
internal static class SchemaFiles
{
    public static string Folder { get; } = Path.Combine(FindUp("docs"), "events");

    /// <summary>Golden copies: see <see cref="Lines"/>.</summary>
    public static string GoldenFolder { get; } = Path.Combine(FindUp("tests"), "Core.Tests", "PublishedSchemas");

    /// <summary>Every event type that the code names.</summary>
    public static IReadOnlyList<string> Types { get; } =
        [.. typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    public static string Read(string type) => File.ReadAllText(Path.Combine(Folder, type + ".v1.json"));

    public static string[] GoldenLines(string type) => File.ReadAllLines(Path.Combine(GoldenFolder, type + ".v1.txt"));

    /// <summary>
    /// What consumers rely on, a line per member: its path, types, whether it is always there, and its closed set of values.
    /// A line that changes or goes breaks a consumer; a new line does not.
    /// </summary>
    public static IReadOnlyList<string> Lines(string schema)
    {
        var lines = new List<string>();
        Flatten(JsonDocument.Parse(schema).RootElement, "", lines);
        return lines;
    }

    private static void Flatten(JsonElement schema, string path, List<string> lines)
    {
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        if (!schema.TryGetProperty("properties", out var properties))
            return;
        foreach (var member in properties.EnumerateObject())
        {
            var memberPath = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            var presence = required.Contains(member.Name) ? "required" : "optional";
            lines.Add($"{memberPath}: {Words(member.Value, "type", "|")} {presence}{Values(member.Value)}");
            Flatten(member.Value, memberPath, lines);
        }
    }

    private static string Values(JsonElement member)
    {
        return string.Concat(
            from name in new[] { "enum", "pattern", "format" }
            where member.TryGetProperty(name, out _)
            select $" {name} {Words(member, name, ",")}");
    }

    private static string Words(JsonElement member, string name, string separator)
    {
        var value = member.GetProperty(name);
        return value.ValueKind == JsonValueKind.Array
            ? string.Join(separator, value.EnumerateArray().Select(word => word.GetString()))
            : value.GetString()!;
    }

    private static string FindUp(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "PaymentPipeline.sln")))
                return Path.Combine(at.FullName, folder);
        throw new DirectoryNotFoundException("The tests run outside the repository: no PaymentPipeline.sln above them.");
    }
}
