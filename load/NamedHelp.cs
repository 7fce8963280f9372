using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PaymentPipeline.Load;

/// <summary>Help that names the command as it is typed, not the assembly behind it.</summary>
internal sealed class NamedHelp(HelpAction help) : SynchronousCommandLineAction
{
    private const string Typed = "./pipeline load";

    public static void Use(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>()) option.Action = new NamedHelp((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var status = help.Invoke(parseResult);
        output.Write(text.ToString().Replace(RootCommand.ExecutableName, Typed, StringComparison.Ordinal));
        return status;
    }
}
