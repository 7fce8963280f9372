using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Gateways;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Processors.DeadLetters;
using PaymentPipeline.Processors.Webhooks;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Authentic webhooks that could not be applied: list them, look at one, drive them again. Never applies twice.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 500;
    private const string Worker = "dead-letters";

    private static readonly Argument<long> Id = new("ID") { Description = "The number that 'list' shows." };
    private static readonly Option<DirectoryInfo> Data = CommonOptions.Data();
    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Build() => new Command("dead-letters", "Authentic webhooks that could not be applied: list, show, redrive.")
    {
        BuildList(),
        BuildShow(),
        BuildRedrive(),
    }.WithExample("./pipeline dead-letters redrive --all");

    private static Command BuildList()
    {
        var all = new Option<bool>("--all") { Description = "Also those that were driven again." };
        var command = new Command("list", "One line each, oldest first; only the open ones unless --all.") { all, Json, Data }
            .WithExample("./pipeline dead-letters list --json");
        command.SetAction((parsed, cancellationToken) =>
            WithServicesAsync(parsed, services => ListAsync(services, parsed.GetValue(all), parsed.GetValue(Json), cancellationToken)));
        return command;
    }

    private static Command BuildShow()
    {
        var command = new Command("show", "Everything that is kept of one, its bytes included.") { Id, Json, Data }
            .WithExample("./pipeline dead-letters show 17");
        command.SetAction((parsed, cancellationToken) =>
            WithServicesAsync(parsed, services => ShowAsync(services, parsed.GetValue(Id), parsed.GetValue(Json), cancellationToken)));
        return command;
    }

    private static Command BuildRedrive()
    {
        var id = new Argument<long?>("ID") { Description = "The number that 'list' shows.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every open one, oldest first." };
        var command = new Command("redrive", "Judges it again, as the processors would; what was applied before is not applied again.")
            { id, all, Json, Data }.WithExample("./pipeline dead-letters redrive 17");
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(id) is null != parsed.GetValue(all)) throw new UserErrorException(
                "say which: redrive ID, or redrive --all.");
            return WithServicesAsync(
                parsed, services => RedriveAsync(services, parsed.GetValue(id), parsed.GetValue(Json), cancellationToken));
        });
        return command;
    }

    private static async Task<int> WithServicesAsync(ParseResult parsed, Func<IServiceProvider, Task<int>> run)
    {
        var configuration = SystemState.Configuration(parsed.GetValue(Data)!);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddStorage(configuration);
        services.AddGateways(configuration);
        services.AddSingleton<RecordReader>();
        services.AddSingleton<DeadLetterRedrive>();
        await using var provider = services.BuildServiceProvider();
        return await run(provider);
    }

    private static async Task<int> ListAsync(IServiceProvider services, bool all, bool json, CancellationToken cancellationToken)
    {
        var listed = 0;
        await foreach (var letter in LettersAsync(services, all, cancellationToken))
        {
            listed++;
            Console.WriteLine(json ? JsonSerializer.Serialize(letter, DeadLettersJson.Default.DeadLetter) : Line(letter));
        }
        if (listed == 0 && !json) Console.WriteLine(all ? "There are no dead letters." : "There are no open dead letters.");
        return 0;
    }

    private static async Task<int> ShowAsync(IServiceProvider services, long id, bool json, CancellationToken cancellationToken)
    {
        var content = await services.GetRequiredService<DeadLetterStore>().FindAsync(id, cancellationToken)
            ?? throw new UserErrorException($"there is no dead letter {id}: './pipeline dead-letters list --all' shows which there are.");
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(content, DeadLettersJson.Default.DeadLetterContent));
            return 0;
        }
        Console.WriteLine(Line(content.Letter));
        Console.WriteLine($"  record    {content.Letter.Topic}/{content.Letter.Partition}:{content.Letter.Offset}, key {content.RecordKey}, appended {content.AppendedAt:u}");
        Console.WriteLine($"  attempts  {content.Letter.Attempts}, driven again {content.Letter.Redrives} times");
        foreach (var (name, value) in content.Headers) Console.WriteLine($"  header    {name}: {value}");
        Console.WriteLine();
        Console.WriteLine(Encoding.UTF8.GetString(content.Body));
        return 0;
    }

    private static async Task<int> RedriveAsync(IServiceProvider services, long? id, bool json, CancellationToken cancellationToken)
    {
        var redrive = services.GetRequiredService<DeadLetterRedrive>();
        List<long> ids = [];
        if (id is { } one) ids.Add(one);
        else await foreach (var letter in LettersAsync(services, all: false, cancellationToken)) ids.Add(letter.Id);
        var refused = 0;
        foreach (var letter in ids)
        {
            var outcome = await redrive.RedriveAsync(letter, Worker, cancellationToken);
            if (outcome == RedriveOutcome.NotFound) throw new UserErrorException($"there is no dead letter {letter}.");
            if (outcome == RedriveOutcome.RefusedAgain) refused++;
            Console.WriteLine(json ? $$"""{"id":{{letter}},"outcome":"{{outcome}}"}""" : $"{letter}: {Words(outcome)}");
        }
        if (ids.Count == 0 && !json) Console.WriteLine("There are no open dead letters.");
        return refused == 0 ? 0 : 1;
    }

    private static async IAsyncEnumerable<DeadLetter> LettersAsync(
        IServiceProvider services, bool all, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var store = services.GetRequiredService<DeadLetterStore>();
        for (var after = 0L; ;)
        {
            var page = await store.ListAsync(after, all, PageSize, cancellationToken);
            foreach (var letter in page) yield return letter;
            if (page.Count < PageSize) yield break;
            after = page[^1].Id;
        }
    }

    private static string Words(RedriveOutcome outcome) => outcome switch
    {
        RedriveOutcome.Applied => "applied",
        RedriveOutcome.Duplicate => "was applied before; nothing changed",
        RedriveOutcome.AlreadyDone => "was driven again before; nothing changed",
        RedriveOutcome.RefusedAgain => "refused again; it stays open",
        _ => outcome.ToString(),
    };

    private static string Line(DeadLetter letter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{letter.Id,6}  {letter.CreatedAt:u}  {letter.Gateway}/{letter.Account}  {letter.EventKey}  {letter.Reason}: {letter.Error}{(letter.IsOpen ? "" : $"  [{letter.RedriveOutcome}]")}");
}

[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(DeadLetterContent))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
