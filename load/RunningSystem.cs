using System.CommandLine;
using System.Net;
using System.Text.Json;

namespace PaymentPipeline.Load;

/// <summary>What <c>./pipeline up --idle</c> left in its data folder: where it listens, and the settings that its services got.</summary>
internal sealed class RunningSystem
{
    private readonly Dictionary<string, string> _settings;

    private RunningSystem(
        DirectoryInfo data, string engine, int portBase, int ingresses, int processors, Dictionary<string, string> settings)
    {
        (Data, Engine, _settings) = (data, engine, settings);
        Api = new IPEndPoint(IPAddress.Loopback, portBase);
        // Further ones have the ports behind the broker's two.
        Ingresses = [.. Enumerable.Range(1, ingresses).Select(
            number => new IPEndPoint(IPAddress.Loopback, portBase + (number == 1 ? 1 : 4 + number)))];
        Processors = processors;
        Simulator = new IPEndPoint(IPAddress.Loopback, portBase + 3);
    }

    public DirectoryInfo Data { get; }
    public string Engine { get; }
    public IPEndPoint Api { get; }
    public IPEndPoint Ingress => Ingresses[0];

    /// <summary>They share what comes in.</summary>
    public IReadOnlyList<IPEndPoint> Ingresses { get; }

    /// <summary>How many.</summary>
    public int Processors { get; }
    public IPEndPoint Simulator { get; }

    /// <summary>That its services got, by their names in the environment.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;
    public string ConnectionString => Setting("Database__ConnectionString");

    public string Setting(string name) => _settings.TryGetValue(name, out var value)
        ? value
        : throw new UserErrorException($"The system in {Data.FullName} was started without {name}.");

    public static Option<DirectoryInfo> DataOption() => new("--data")
    {
        Description = "The folder of a running './pipeline up --idle'.",
        DefaultValueFactory = _ => NearestData(),
    };

    public static RunningSystem Read(DirectoryInfo data)
    {
        var file = Path.Combine(data.FullName, "system.json");
        if (!File.Exists(file)) throw new UserErrorException(
            $"{file} is not there: start './pipeline up --idle' with that --data first, or leave --data out.");
        using var state = JsonDocument.Parse(File.ReadAllText(file));
        var settings = state.RootElement.GetProperty("settings").EnumerateObject().ToDictionary(
            setting => setting.Name, setting => setting.Value.GetString()!);
        return new RunningSystem(data, state.RootElement.GetProperty("engine").GetString()!,
            state.RootElement.GetProperty("portBase").GetInt32(), state.RootElement.GetProperty("ingresses").GetInt32(),
            state.RootElement.GetProperty("processors").GetInt32(), settings);
    }

    // 'dotnet run' starts in the project's folder, a person in the checkout's.
    private static DirectoryInfo NearestData()
    {
        var folder = new DirectoryInfo(Directory.GetCurrentDirectory());
        while (folder.Parent is not null && !File.Exists(Path.Combine(folder.FullName, ".data", "system.json"))) folder = folder.Parent;
        return new DirectoryInfo(Path.Combine(folder.FullName, ".data"));
    }
}
