using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Load.Floors;

/// <summary>The <see cref="BareEndpoint"/> as a process of its own, as what it is compared with is one.</summary>
internal sealed class BareServer : IDisposable
{
    private readonly Process _process;

    private BareServer(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public int ProcessId => _process.Id;

    /// <returns>When it listens.</returns>
    public static async Task<BareServer> StartAsync(int port, bool hmac)
    {
        var program = typeof(BareServer).Assembly.Location;
        string[] arguments = [program, "bare", "--port", $"{port}", .. hmac ? ["--hmac"] : Array.Empty<string>()];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string? line;
        do line = await process.StandardOutput.ReadLineAsync();
        while (line is not (null or "ready"));
        if (line is not null) return new BareServer(process, new IPEndPoint(IPAddress.Loopback, port));
        process.Dispose();
        throw new InvalidOperationException($"The bare endpoint did not start; is port {port} taken?");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
