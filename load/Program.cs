using System.CommandLine;
using PaymentPipeline.Load;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.Load.Growth;

var root = new RootCommand("PaymentPipeline's figures, each beside its floor in the same run.")
{
    BenchCommand.Build(),
    ApiBenchCommand.Build(),
    ReportCommand.Build(),
    FloorsCommand.Build(),
    GrowCommand.Build(),
    BareEndpoint.Build(),
};
return await root.Parse(args).InvokeAsync();
