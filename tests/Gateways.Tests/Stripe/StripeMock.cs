using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>
/// Stripe's own test server, the program that STRIPE_MOCK names. It answers from Stripe's API description and refuses what that does not
/// allow, unknown parameters included.
/// </summary>
internal sealed class StripeMock : IDisposable
{
    public const string Variable = "STRIPE_MOCK";

    private readonly Process _process;

    private StripeMock(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public static string? Program { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    public Uri Address { get; }

    public static async Task<StripeMock> StartAsync()
    {
        var port = FreePort();
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-http-port");
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var mock = new StripeMock(process, new Uri($"http://127.0.0.1:{port}"));
        await Eventually.Async(mock.IsUpAsync, TimeSpan.FromSeconds(60));
        return mock;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException($"stripe-mock ended with {_process.ExitCode}.");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Address.Host, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Needs stripe-mock; skipped, saying so, where it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StripeMockFactAttribute : FactAttribute
{
    public StripeMockFactAttribute()
    {
        if (StripeMock.Program is null) Skip = $"{StripeMock.Variable} names no stripe-mock: what it says of our requests is not asked.";
    }
}
