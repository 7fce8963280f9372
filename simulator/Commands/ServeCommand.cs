using System.CommandLine;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Commands;

/// <summary><c>serve</c>: runs until it is told to stop; runs of the shop are started over HTTP.</summary>
internal static class ServeCommand
{
    public static Command Create(TimeProvider time)
    {
        var common = new CommonOptions();
        var ingress = new Option<string?>("--ingress") { Description = "Where the webhooks of the gateways' APIs go: URL without /webhooks." };
        var command = new Command(
            "serve", "Serves the gateways' APIs and the control of the shop. Example: serve --port 8083 --data .data/simulator")
        {
            common.Port, common.Data, common.Address, ingress,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var host = await SimulatorHost.StartAsync(
                parsed.GetValue(common.Port), parsed.GetValue(common.Data)!.FullName, parsed.GetValue(common.Address), time);
            foreach (var faults in host.Floor.Faults.Values) faults.Set(new Knobs { Ingress = parsed.GetValue(ingress) });
            await host.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
