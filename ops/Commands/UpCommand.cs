using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Ops.Orders;
using PaymentPipeline.Ops.Running;
using PaymentPipeline.Ops.Verify;
using PaymentPipeline.Storage;
using Spectre.Console;

namespace PaymentPipeline.Ops.Commands;

/// <summary>Starts the whole system on this machine, plays a small shop's traffic, and says what to try.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private static readonly string[] gatewayNames = ["stripe", "adyen", "paypal"];

    // Without a terminal a line every three seconds is enough.
    private const int LinesPerSay = 12;

    private sealed record Settings(DirectoryInfo Data, string Engine, int PortBase, Instances Instances, bool Idle, bool Once, int Orders,
        int ApiOrders, int Seed);

    public static Command Build()
    {
        var idle = new Option<bool>("--idle") { Description = "No traffic: wait for webhooks of your own." };
        var once = new Option<bool>("--once") { Description = "End after the traffic; exit status 0 only if verify is clean." };
        var engine = new Option<string>("--engine") { Description = "The event log's engine.", DefaultValueFactory = _ => "postgres" };
        engine.AcceptOnlyFromAmong("postgres", "kafka");
        var portBase = new Option<int>("--port-base") { Description = "api N, ingress N+1, processors N+2, simulator N+3.",
            DefaultValueFactory = _ => 8080 };
        var ingresses = new Option<int>("--ingresses") { Description = "How many of them; they share the webhooks.",
            DefaultValueFactory = _ => 1 };
        var processors = new Option<int>("--processors")
        {
            Description = "How many of them; they divide the log's partitions, several with a lane each.",
            DefaultValueFactory = _ => 1,
        };
        var orders = new Option<int>("--orders") { Description = "How many orders the shop plays.", DefaultValueFactory = _ => 300 };
        var apiOrders = new Option<int>("--api-orders") { Description = "How many orders go through the API; 0 for none.",
            DefaultValueFactory = _ => 60 };
        var seed = new Option<int>("--seed") { Description = "The same seed plays the same orders.", DefaultValueFactory = _ =>
            Random.Shared.Next(1, int.MaxValue) };
        var data = CommonOptions.Data();
        var command = new Command("up",
            "Starts PostgreSQL, simulator, ingress, processors and api, plays a small shop's traffic, prints what to try.")
            { idle, once, engine, portBase, ingresses, processors, orders, apiOrders, seed, data }.WithExample("./pipeline up --once --engine kafka");
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Settings(parsed.GetValue(data)!, parsed.GetValue(engine)!, parsed.GetValue(portBase),
                new Instances(parsed.GetValue(ingresses), parsed.GetValue(processors)), parsed.GetValue(idle), parsed.GetValue(once),
                parsed.GetValue(orders), parsed.GetValue(apiOrders), parsed.GetValue(seed)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        if (settings.PortBase is < 1 or > 65000) throw new UserErrorException(
            $"--port-base {settings.PortBase}: choose a number from 1 to 65000.");
        if (settings.Instances is not { Ingresses: >= 1 and <= Instances.Max, Processors: >= 1 and <= Instances.Max })
            throw new UserErrorException($"--ingresses, --processors: choose from 1 to {Instances.Max} of each.");
        if (settings.Orders < 1) throw new UserErrorException($"--orders {settings.Orders}: choose at least 1, or --idle for no traffic.");
        if (settings.ApiOrders < 0) throw new UserErrorException($"--api-orders {settings.ApiOrders}: choose 0 or more.");
        await using var system = await RunningSystem.StartAsync(
            settings.Data, settings.Engine, settings.PortBase, settings.Instances, Say, cancellationToken);
        PrintAddresses(system.Ports);
        var status = 0;
        try
        {
            if (!settings.Idle) status = await PlayAsync(settings, system, cancellationToken);
            PrintWhatToTry(settings, system.Ports);
            if (!settings.Once)
            {
                Say("Running. Ctrl-C stops everything.");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Say("Stopping ...");
        }
        return status;
    }

    private static async Task<int> PlayAsync(Settings settings, RunningSystem system, CancellationToken cancellationToken)
    {
        var shop = new Shop($"http://127.0.0.1:{system.Ports.Simulator}");
        Say($"The shop opens: {settings.Orders} orders, seed {settings.Seed}.");
        Say("20 % of the webhooks come again, 10 % out of order, 1 % are forged.");
        await shop.StartAsync(new ShopRun($"http://127.0.0.1:{system.Ports.Ingress}", settings.Seed, settings.Orders, Rate: 0,
            Duplicates: 0.2, Reorder: 0.1, Forge: 0.01), cancellationToken);
        var configuration = SystemState.Configuration(settings.Data);
        await using var services = LogAccess.Services(configuration);
        await using var database = NpgsqlDataSource.Create(configuration["Database:ConnectionString"]!);
        var books = new BooksReader(database);
        using var orders = await OrdersAsync(settings, configuration, system.Ports, cancellationToken);
        var ordering = orders.RunAsync(cancellationToken);
        await WatchAsync(new View(shop, orders, ordering, services.GetRequiredService<IEventLog>(), books), cancellationToken);
        foreach (var service in system.Services.Where(service => service.Restarts > 0)) Say(
            $"{service.Name} was restarted {service.Restarts} times.");
        PrintSummary(await shop.ProgressAsync(cancellationToken), orders, await books.FiguresAsync(cancellationToken));
        var verified = await VerifyCommand.RunAsync(settings.Data, cancellationToken);
        return verified == 0 && await IsContentAsync(shop, cancellationToken) && orders.Odd.Count == 0 ? 0 : 1;
    }

    /// <summary>Orders for the API, at the simulator's gateways only: a real one is not paid for a demonstration.</summary>
    private static async Task<OrderService> OrdersAsync(
        Settings settings, IConfiguration configuration, Ports ports, CancellationToken cancellationToken)
    {
        var simulator = $"http://127.0.0.1:{ports.Simulator}";
        var api = new Uri($"http://127.0.0.1:{ports.Api}/");
        string[] gateways = [.. gatewayNames.Where(gateway =>
            configuration[$"Gateways:{gateway}:BaseUrl"]?.StartsWith(simulator, StringComparison.Ordinal) == true)];
        var tokens = await TestTokens.LoadAsync(simulator, cancellationToken);
        if (settings.ApiOrders == 0 || gateways.Length == 0 || !RunningSystem.TrustsDevelopmentKey)
        {
            Say("No orders through the API: none are wanted, or gateways or tokens are not those of 'up'.");
            return new OrderService(api, "", tokens, []);
        }

        Say($"An order service plays {settings.ApiOrders} orders through the API.");
        var token = TokenCommand.Sign(settings.Data, OrderService.Scopes, "default", "order-service", minutes: 60);
        var run = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        return new OrderService(api, token, tokens, OrderPlan.Of(run, settings.Seed, settings.ApiOrders, gateways));
    }

    private sealed record View(Shop Shop, OrderService Orders, Task Ordering, IEventLog Log, BooksReader Books);

    /// <summary>
    /// The live view: on a terminal a line that moves, elsewhere a line every few seconds. Ends when all is applied and published.
    /// </summary>
    private static async Task WatchAsync(View view, CancellationToken cancellationToken)
    {
        if (!Console.IsOutputRedirected)
        {
            await AnsiConsole.Status().StartAsync(
                "The shop opens ...",
                context => WatchAsync(line => context.Status(Markup.Escape(line)), view, cancellationToken));
            return;
        }
        var seen = 0;
        await WatchAsync(line => { if (seen++ % LinesPerSay == 0) Say(line); }, view, cancellationToken);
    }

    private static async Task WatchAsync(Action<string> show, View view, CancellationToken cancellationToken)
    {
        // Three quiet looks in a row: a single one may fall between the last answer and its record.
        for (var quiet = 0; quiet < 3;)
        {
            await Task.Delay(LookEvery, cancellationToken);
            var shopNow = await view.Shop.ProgressAsync(cancellationToken);
            var underWay = await view.Shop.ApiWebhooksUnderWayAsync(cancellationToken);
            var lag = await LogAccess.LagAsync(view.Log, Verifier.WebhookTopics, cancellationToken);
            var booksNow = await view.Books.FiguresAsync(cancellationToken);
            show($"orders {shopNow.Orders}  by the API {view.Orders.Ended}/{view.Orders.Orders.Count}  accepted {shopNow.Accepted}  forged refused {shopNow.ForgedRefused}  lag {lag}  "
                + $"payments {booksNow.Payments}  events {booksNow.Events}  outbox {booksNow.Outbox}  parked {booksNow.Parked}");
            var isQuiet = !shopNow.Running && view.Ordering.IsCompleted && underWay == 0 && lag == 0 && booksNow.Outbox == 0;
            quiet = isQuiet ? quiet + 1 : 0;
        }
        await view.Ordering;
    }

    /// <summary>The shop's own view: everything genuine was taken, nothing forged was.</summary>
    private static async Task<bool> IsContentAsync(Shop shop, CancellationToken cancellationToken)
    {
        var end = await shop.ProgressAsync(cancellationToken);
        if (end.Failure is not null) Say($"The shop failed: {end.Failure}");
        if (end.Refused + end.Undelivered > 0) Say($"{end.Refused} genuine webhooks were refused, {end.Undelivered} were not delivered.");
        if (end.ForgedAccepted > 0) Say($"{end.ForgedAccepted} forged webhooks were accepted.");
        return end is { Ended: "finished", Refused: 0, Undelivered: 0, ForgedAccepted: 0 };
    }

    private static void PrintSummary(ShopProgress shop, OrderService orders, BooksFigures books)
    {
        Say("");
        Say("What happened:");
        Say(string.Create(CultureInfo.InvariantCulture,
            $"  webhooks   {shop.Accepted,9:N0} accepted, {shop.RatePerSecond:N0} a second; {shop.Retried:N0} sent again after an error"));
        Say(string.Create(CultureInfo.InvariantCulture,
            $"  forged     {shop.ForgedRefused,9:N0} refused, {shop.ForgedAccepted:N0} accepted"));
        foreach (var line in OrderReport.Lines(orders)) Say(line);
        Say(string.Create(CultureInfo.InvariantCulture,
            $"  payments   {books.Payments,9:N0}, told by {books.Events:N0} events on payment.events"));
        Say(string.Create(CultureInfo.InvariantCulture, $"  parked     {books.Parked,9:N0}, dead letters {books.DeadLetters:N0}"));
        Say("");
    }

    private static void PrintAddresses(Ports ports)
    {
        Say("");
        Say($"  api         http://127.0.0.1:{ports.Api}         /v1 /health/ready /metrics");
        Say($"  ingress     http://127.0.0.1:{ports.Ingress}/webhooks/{{stripe|adyen|paypal}}");
        Say($"  processors  http://127.0.0.1:{ports.Processors}/metrics");
        Say($"  simulator   http://127.0.0.1:{ports.Simulator}");
        Say("");
    }

    private static void PrintWhatToTry(Settings settings, Ports ports)
    {
        var data = settings.Data.FullName == Path.Combine(CommonOptions.Root, ".data") ? "" : $" --data {settings.Data.FullName}";
        Say("");
        Say("What to try next:");
        Say($"  ./pipeline events{data}                    the events that went out");
        Say($"  ./pipeline verify{data}                    every invariant, a line each");
        Say($"  ./pipeline dead-letters list{data}         what could not be read, and why");
        Say($"  ./pipeline token{data}                     a token for the API, good for an hour");
        Say($"  curl -s http://127.0.0.1:{ports.Ingress}/metrics | grep paymentpipeline");
        Say($"  logs: {Path.Combine(settings.Data.FullName, "logs")}");
    }

    private static void Say(string line) => Console.WriteLine(line);
}
