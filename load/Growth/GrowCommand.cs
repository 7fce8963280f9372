using System.CommandLine;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Growth;

/// <summary>Grows the books of a running system, to measure it when they are large.</summary>
internal static class GrowCommand
{
    public static Command Build()
    {
        var data = RunningSystem.DataOption();
        var payments = new Option<long>("--payments") { Description = "How many.", DefaultValueFactory = _ => 10_000_000 };
        var connections = new Option<int>("--connections") { Description = "Tables filled at a time.", DefaultValueFactory = _ => 3 };
        var command = new Command("grow", """
            Fills the empty books of a './pipeline up --idle' with finished payments and all their rows, as years of business would: four
            claims of the inbox each. The log has nothing of them any more. For measurements only ('./pipeline load growth --data ...').

            Example:
              ./pipeline load grow --payments 1000000
            """) { data, payments, connections };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            RunningSystem.Read(parsed.GetValue(data)!), parsed.GetValue(payments), parsed.GetValue(connections), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunningSystem system, long payments, int connections, CancellationToken cancellationToken)
    {
        if (payments < 1 || connections < 1) throw new UserErrorException("--payments, --connections: choose at least 1.");
        await using var backlog = new Backlog(system);
        var grower = new Grower(backlog.Database, TimeProvider.System);
        var grown = await grower.GrowAsync(payments, connections, Console.WriteLine, cancellationToken);
        Console.WriteLine(grown.Text());
        await ForgottenLog.MakeAsync(backlog.Log, backlog.Database, TimeProvider.System, cancellationToken);
        await GrownBooks.KeepAsync(grown, system.Data, cancellationToken);
        return 0;
    }
}
