using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;

namespace PaymentPipeline.Ops.Running;

/// <summary>
/// What <c>up</c> leaves in <c>DATA/system.json</c> so that the other commands find the running system of the same folder.
/// The environment wins over it, as everywhere.
/// </summary>
internal sealed record SystemState
{
    public required string Engine { get; init; }
    public required int PortBase { get; init; }
    public int Ingresses { get; init; } = 1;
    public int Processors { get; init; } = 1;

    /// <summary>The settings that the services got, <c>Section__Key</c> to value. The file is readable by its owner only.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The process id of <c>up</c>; the system is running while it lives.</summary>
    public required int ProcessId { get; init; }

    public static string PathIn(DirectoryInfo data) => Path.Combine(data.FullName, "system.json");

    public void Save(DirectoryInfo data)
    {
        var file = PathIn(data);
        File.WriteAllText(file, JsonSerializer.Serialize(this, SystemStateJson.Default.SystemState));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static SystemState? Load(DirectoryInfo data) =>
        File.Exists(PathIn(data))
            ? JsonSerializer.Deserialize(File.ReadAllText(PathIn(data)), SystemStateJson.Default.SystemState)
            : null;

    public bool IsRunning()
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(ProcessId);
            return !process.HasExited && ProcessId != Environment.ProcessId;
        }
        catch (ArgumentException)
        {
            // No such process.
            return false;
        }
    }

    /// <summary>Settings for a command that needs the stores: those of the system in the folder, then the environment.</summary>
    /// <exception cref="UserErrorException">Neither names a database.</exception>
    public static IConfigurationRoot Configuration(DirectoryInfo data)
    {
        var configuration = SettingsOf(data);
        if (string.IsNullOrWhiteSpace(configuration["Database:ConnectionString"]))
            throw new UserErrorException(
                $"no system was started with --data {data.FullName}: run './pipeline up' there first, or set Database__ConnectionString.");
        return configuration;
    }

    /// <summary>Those of the system in the folder, if there is one, then the environment.</summary>
    public static IConfigurationRoot SettingsOf(DirectoryInfo data)
    {
        var known = Load(data)?.Settings ?? new Dictionary<string, string>();
        return new ConfigurationBuilder()
            .AddInMemoryCollection(
                known.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value)))
            .AddEnvironmentVariables()
            .Build();
    }
}

[JsonSerializable(typeof(SystemState))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SystemStateJson : JsonSerializerContext;
