using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Ops;
using PaymentPipeline.Ops.Commands;
using PaymentPipeline.Storage;

var root = new RootCommand("PaymentPipeline: takes the gateways' webhooks, keeps exact books, publishes payment.events.")
{
    UpCommand.Build(),
    EventsCommand.Build(),
    VerifyCommand.Build(),
    DeadLettersCommand.Build(),
    MigrateCommand.Build(),
    TokenCommand.Build(),
    // The script runs these itself; the entries only list them.
    new Command("load", "Load profiles, each with its report. See ./pipeline load --help."),
    new Command("test", "Runs every test on real parts. See ./pipeline test --help."),
};

try
{
    // On Ctrl-C and SIGTERM the services drain first: each may take half a minute.
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromMinutes(3),
    });
}
catch (UserErrorException error)
{
    await Console.Error.WriteLineAsync($"pipeline: {error.Message}");
    return 2;
}
catch (Exception error) when (error is EventLogException or NpgsqlException or OptionsValidationException or MigrationException)
{
    // What the stores or the settings say is meant for the person at the terminal.
    await Console.Error.WriteLineAsync($"pipeline: {error.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}
