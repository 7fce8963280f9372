using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PaymentPipeline.TestKit;

namespace PaymentPipeline.Integration.Tests.Hosting;

/// <summary>One of our services as the process that users run: its own runtime, environment, signals and exit code.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ServiceProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => { if (line.Data is not null) _output.Enqueue(line.Data); };
        process.ErrorDataReceived += (_, line) => { if (line.Data is not null) _errors.Enqueue(line.Data); };
    }

    public Uri Address { get; }
    public IReadOnlyList<string> Output => [.. _output];
    public IReadOnlyList<string> Errors => [.. _errors];
    public bool HasExited => _process.HasExited;

    /// <param name="assembly">"PaymentPipeline.Ingress".</param>
    public static ServiceProcess Start(string assembly, IReadOnlyDictionary<string, string> environment, int? port = null)
    {
        var address = new Uri($"http://127.0.0.1:{port ?? FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly + ".dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var service = new ServiceProcess(new Process { StartInfo = start }, address);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Waits until the process answers at <c>/health/live</c>.</summary>
    public async Task<ServiceProcess> LiveAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        await Eventually.Async(
            async () =>
            {
                if (HasExited) throw new InvalidOperationException("It ended: " + string.Join('\n', Errors.Concat(Output)));
                try
                {
                    return (await http.GetAsync("/health/live")).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30));
        return this;
    }

    /// <summary>SIGTERM, as an orchestrator sends it.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>SIGKILL: no last words.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Its exit code, and its output to the last line.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(late.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
