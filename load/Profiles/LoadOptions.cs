using System.CommandLine;

namespace PaymentPipeline.Load.Profiles;

/// <summary>What every profile is asked with; the defaults of rate and length are the profile's own.</summary>
internal sealed class LoadOptions
{
    private readonly Option<DirectoryInfo?> _data = new("--data")
    {
        Description = "The folder of a running './pipeline up --idle'. Default: a system of its own, gone in the end.",
    };
    private readonly Option<string> _engine = new("--engine")
    {
        Description = "The event log of the own system.",
        DefaultValueFactory = _ => "postgres",
    };
    private readonly Option<int> _ingresses = new("--ingresses")
    {
        Description = "How many of them the own system has; the connections go to them in turn.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<int> _processors = new("--processors")
    {
        Description = "How many of them the own system has.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the folder of the own system." };
    private readonly Option<int> _connections;
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Of the arrivals, gateways, sizes and repeats.",
        DefaultValueFactory = _ => 20261121,
    };
    private readonly Option<FileInfo?> _out = new("--out")
    {
        Description = "The report's JSON file; the page goes beside it as .html. Default: load/results/<time>-<profile>-<engine>.",
    };
    private readonly Option<FileInfo?> _baseline = new("--baseline") { Description = "An earlier run's JSON file: prints the ratios." };
    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds before the run that are not measured.",
        DefaultValueFactory = _ => 5,
    };
    private readonly Option<bool> _json = new("--json") { Description = "Prints the report as JSON, nothing else." };

    private LoadOptions(int connections)
    {
        _engine.AcceptOnlyFromAmong("postgres", "kafka");
        _connections = new("--connections") { Description = "Of the senders, at most.", DefaultValueFactory = _ => connections };
    }

    public static LoadOptions AddTo(Command command, int connections = 128)
    {
        var options = new LoadOptions(connections);
        Option[] all = [options._data, options._engine, options._ingresses, options._processors,
            options._keep, options._connections, options._seed, options._out,
            options._baseline, options._json];
        foreach (var option in all) command.Options.Add(option);
        return options;
    }

    /// <summary>For profiles that do not warm up in a way of their own.</summary>
    public LoadOptions WithWarmUp(Command command)
    {
        command.Options.Add(_warmUp);
        return this;
    }

    public RunSettings Read(ParseResult parsed, string profile) => new(
        profile, parsed.GetValue(_data), parsed.GetValue(_engine)!, parsed.GetValue(_keep), parsed.GetValue(_connections),
        parsed.GetValue(_seed), parsed.GetValue(_out), parsed.GetValue(_baseline), parsed.GetValue(_json))
    {
        Ingresses = parsed.GetValue(_ingresses),
        Processors = parsed.GetValue(_processors),
        WarmUp = parsed.CommandResult.Command.Options.Contains(_warmUp) ? parsed.GetValue(_warmUp) : 0,
    };
}

/// <param name="Data">Null for a system of its own.</param>
internal sealed record RunSettings(
    string Profile, DirectoryInfo? Data, string Engine, bool Keep, int Connections, int Seed, FileInfo? Out, FileInfo? Baseline, bool Json)
{
    /// <summary>Seconds.</summary>
    public double WarmUp { get; init; }

    public int Ingresses { get; init; } = 1;
    public int Processors { get; init; } = 1;
}
