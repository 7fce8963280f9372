using System.Buffers;
using System.CommandLine;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor: a Kestrel endpoint that reads the body and answers 200, with <c>--hmac</c> after one HMAC-SHA256 over the body.
/// Nothing durable happens.
/// </summary>
internal static class BareEndpoint
{
    private const string Name = "bare";
    private static readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public static Command Build()
    {
        var port = new Option<int>("--port") { Description = "Where to listen, on loopback.", DefaultValueFactory = _ => 8099 };
        var hmac = new Option<bool>("--hmac") { Description = "Computes one HMAC over each body." };
        var command = new Command(Name, "Serves the bare endpoint, as a process of its own.") { port, hmac };
        command.SetAction((parsed, cancellationToken) =>
            ServeAsync(parsed.GetValue(port), parsed.GetValue(hmac), cancellationToken));
        return command;
    }

    /// <returns>When it listens.</returns>
    public static Task<FloorServer> StartAsync(int port, bool hmac) =>
        FloorServer.StartAsync(Name, port, hmac ? ["--hmac"] : []);

    private static async Task<int> ServeAsync(int port, bool hmac, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.Run(async context =>
        {
            var body = context.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            if (hmac) await SignAsync(body, cancellationToken);
            else await ReadAsync(body, cancellationToken);
        });
        await app.StartAsync(cancellationToken);
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        ReadResult read;
        do
        {
            read = await body.ReadAsync(cancellationToken);
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    private static async Task SignAsync(PipeReader body, CancellationToken cancellationToken)
    {
        var read = await body.ReadAsync(cancellationToken);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(cancellationToken);
        }
        Sign(read.Buffer);
        body.AdvanceTo(read.Buffer.End);
    }

    private static void Sign(ReadOnlySequence<byte> body)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, body.IsSingleSegment ? body.FirstSpan : body.ToArray(), mac);
    }
}
