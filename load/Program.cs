using System.CommandLine;
using PaymentPipeline.Load;
using PaymentPipeline.Load.Api;
using PaymentPipeline.Load.Comparing;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.Load.Growth;
using PaymentPipeline.Load.Profiles;

var root = new RootCommand("""
    Load that can be shown: each run against a system of its own (or --data), ends with verify, leaves a report.

    Examples:
      ./pipeline load steady --rate 2000 --seconds 30
      ./pipeline load peak --engine kafka --kill ingress,processors
      ./pipeline load compare --rounds 5
      ./pipeline load flood --baseline load/results/earlier.json
    """);
foreach (var profile in WebhookProfiles.Build()) root.Add(profile);
root.Add(CompareCommand.Build());
root.Add(MixedCommand.Build());
root.Add(ApiCommand.Build());
root.Add(ReportCommand.Build());
root.Add(FloorsCommand.Build());
root.Add(GrowCommand.Build());
root.Add(GrowthCommand.Build());
root.Add(BareEndpoint.Build());
root.Add(StandInStripe.Build());
NamedHelp.Use(root);

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // The own system is stopped in order, which may take a while.
        ProcessTerminationTimeout = TimeSpan.FromMinutes(4),
    });
}
catch (UserErrorException error)
{
    await Console.Error.WriteLineAsync($"load: {error.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}
