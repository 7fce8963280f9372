using System.CommandLine;

namespace PaymentPipeline.Ops;

/// <summary>Options that several commands share, with one meaning.</summary>
internal static class CommonOptions
{
    public static Option<DirectoryInfo> Data() => new("--data")
    {
        Description = "The folder of the running system: database, logs, state.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Root, ".data")),
    };

    public static Option<bool> Json() => new("--json") { Description = "Machine output: JSON, one object a line." };

    /// <summary>The checkout's root, set by the <c>pipeline</c> script.</summary>
    public static string Root => Environment.GetEnvironmentVariable("PIPELINE_ROOT") ?? Directory.GetCurrentDirectory();

    /// <summary>A command whose help ends with an example.</summary>
    public static Command WithExample(this Command command, string example)
    {
        command.Description += $"{Environment.NewLine}{Environment.NewLine}Example:{Environment.NewLine}  {example}";
        return command;
    }
}
