using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A server of this program (<see cref="BareEndpoint"/>, <see cref="StandInStripe"/>) as a process of its own, as what it is compared with
/// is one.
/// </summary>
internal sealed class FloorServer : IDisposable
{
    private readonly Process _process;

    private FloorServer(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public int ProcessId => _process.Id;

    /// <returns>When it listens.</returns>
    /// <exception cref="UserErrorException">It does not.</exception>
    public static async Task<FloorServer> StartAsync(string command, int port, params IReadOnlyList<string> options)
    {
        string[] arguments = [typeof(FloorServer).Assembly.Location, command, "--port", $"{port}", .. options];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string? line;
        do line = await process.StandardOutput.ReadLineAsync();
        while (line is not (null or "ready"));
        if (line is not null) return new FloorServer(process, new IPEndPoint(IPAddress.Loopback, port));
        process.Dispose();
        throw new UserErrorException($"The server '{command}' did not start; is port {port} taken?");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
