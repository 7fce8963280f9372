using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A gateway that answers at once: every payment succeeds, nothing is kept, no webhook follows. It shows what the API itself takes
/// for a payment, where the simulator would show mostly its own work. A process of its own, at the address that the system under test
/// was given for Stripe (<c>Gateways__Stripe__BaseUrl</c>).
/// </summary>
internal static class StandInStripe
{
    private const string Name = "stand-in";

    public static Command Build()
    {
        var port = new Option<int>("--port") { Description = "Where to listen, on loopback.", DefaultValueFactory = _ => 8098 };
        var command = new Command(Name, "Serves a Stripe that answers at once, as a process of its own.") { port };
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed.GetValue(port), cancellationToken));
        return command;
    }

    /// <returns>When it listens; null where the system was given another address for Stripe, the simulator's.</returns>
    public static async Task<FloorServer?> StartAsync(RunningSystem system)
    {
        var given = new Uri(system.Setting("Gateways__Stripe__BaseUrl"));
        return !given.IsLoopback || given.Port == system.Simulator.Port ? null : await FloorServer.StartAsync(Name, given.Port);
    }

    private static async Task<int> ServeAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        // Ids of its own in every run: the books never forget one.
        var run = Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture);
        var made = 0L;
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var form = QueryHelpers.ParseQuery(await reader.ReadToEndAsync(cancellationToken));
            var intent = Encoding.UTF8.GetBytes(Intent(form, $"{run}_{Interlocked.Increment(ref made)}"));
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = intent.Length;
            await context.Response.Body.WriteAsync(intent, cancellationToken);
        });
        await app.StartAsync(cancellationToken);
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static string Intent(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> form, string id) => $$"""
        {"id":"pi_{{id}}","object":"payment_intent","amount":{{form["amount"]}},"amount_received":{{form["amount"]}},
        "capture_method":"automatic","client_secret":"pi_{{id}}_secret","currency":"{{form["currency"]}}",
        "latest_charge":"ch_{{id}}","livemode":false,"metadata":{"payment_id":"{{form["metadata[payment_id]"]}}",
        "order_id":"{{form["metadata[order_id]"]}}"},"payment_method":"pm_card_visa","status":"succeeded"}
        """;
}
