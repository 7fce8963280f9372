using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Brings the database and the log's topics to this version. Forward only; safe to run again.</summary>
internal static class MigrateCommand
{
    /// <summary>Every topic of the design: the three gateways' webhooks, the dead ones, and the events.</summary>
    public static readonly string[] AllTopics =
        [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal"), Topics.DeadWebhooks, Topics.PaymentEvents];

    public static Command Build()
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("migrate",
            "Brings the database and the log's topics to this version. Forward only; safe to run again.") { data, json }
            .WithExample("Database__ConnectionString='Host=db;Username=pipeline;Database=pipeline' ./pipeline migrate");
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(data)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    /// <returns>The migrations of the books that were missing and were applied.</returns>
    public static async Task<IReadOnlyList<Migration>> ApplyAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(configuration["Database:ConnectionString"]!);
        var applied = await new Migrator(database).MigrateAsync(cancellationToken);
        await using var services = LogAccess.Services(configuration);
        await services.GetRequiredService<IEventLog>().EnsureTopicsAsync(AllTopics, cancellationToken);
        return applied;
    }

    private static async Task<int> RunAsync(DirectoryInfo data, bool json, CancellationToken cancellationToken)
    {
        var applied = await ApplyAsync(SystemState.Configuration(data), cancellationToken);
        foreach (var migration in applied)
            Console.WriteLine(json ? $$"""{"migration":{{migration.Number}},"name":"{{migration.Name}}"}"""
                : $"applied {migration.Number:D4} {migration.Name}");
        if (!json) Console.WriteLine(applied.Count == 0 ? "The database and the topics are up to date." : "Done.");
        return 0;
    }
}
