using System.CommandLine;
using PaymentPipeline.Ops;
using PaymentPipeline.Ops.Commands;

var root = new RootCommand("PaymentPipeline: takes the gateways' webhooks, keeps exact books, publishes payment.events.")
{
    UpCommand.Build(),
    EventsCommand.Build(),
    VerifyCommand.Build(),
    DeadLettersCommand.Build(),
    MigrateCommand.Build(),
    // The script runs the tests itself; this entry only lists the command and its help.
    new Command("test", "Runs every test on real parts. See ./pipeline test --help."),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UserErrorException error)
{
    await Console.Error.WriteLineAsync($"pipeline: {error.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}
