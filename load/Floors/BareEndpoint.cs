using System.CommandLine;
using Microsoft.AspNetCore.Http.Features;

namespace PaymentPipeline.Load.Floors;

/// <summary>A floor: a Kestrel endpoint that reads the body and answers 200. Nothing durable happens.</summary>
internal static class BareEndpoint
{
    public static Command Build()
    {
        var port = new Option<int>("--port") { Description = "Where to listen, on loopback.", DefaultValueFactory = _ => 8099 };
        var command = new Command("bare", "Serves the bare endpoint, as a process of its own.") { port };
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task<int> ServeAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.Run(async context =>
        {
            var reader = context.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        });
        await app.StartAsync(cancellationToken);
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
