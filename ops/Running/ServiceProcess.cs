using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Ops.Running;

/// <summary>One of our programs as a process of its own; its output goes to a file. Restarted when it dies.</summary>
internal sealed class ServiceProcess(
    string program, int port, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> settings, string logFile)
    : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task _supervision = Task.CompletedTask;

    /// <summary>The program's, or that of one of several.</summary>
    public required string Name { get; init; }
    public string Address => $"http://127.0.0.1:{port}";
    public int Restarts { get; private set; }

    /// <summary>Answers 200 when the service can work.</summary>
    public string ReadyPath { get; init; } = "/health/ready";

    /// <summary>Called with one line when the service died and was started again.</summary>
    public Action<string> Report { get; set; } = _ => { };

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = Launch();
        await WaitUntilReadyAsync(cancellationToken);
        _supervision = SuperviseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_process is { HasExited: false } running)
        {
            await Shell.RunAsync("kill", ["-TERM", $"{running.Id}"], CancellationToken.None);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(35));
            try
            {
                await running.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                running.Kill(entireProcessTree: true);
            }
        }
        await _supervision;
        _process?.Dispose();
        _stopping.Dispose();
    }

    // The services were built with this program: the same bin/<configuration>/net10.0 as its own.
    private static string Configuration => Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;

    // A batch and its records live as long as its transaction: in the usual youngest generation (a few megabytes) most of it is copied
    // at each collection, which took a quarter of the processors' time.
    private const string YoungestGeneration = "DOTNET_GCgen0size";
    private const string YoungestGenerationBytes = "0x4000000";

    private Process Launch()
    {
        var assembly = $"PaymentPipeline.{char.ToUpperInvariant(program[0])}{program[1..]}.dll";
        var path = Path.Combine(CommonOptions.Root, program, "bin", Configuration, "net10.0", assembly);
        // Through a shell for the log file, and in a session of its own, so that Ctrl-C reaches only 'up', which stops all in order.
        const string command = "log=$1; shift; exec dotnet \"$0\" \"$@\" >>\"$log\" 2>&1";
        var start = new ProcessStartInfo("setsid", ["bash", "-c", command, path, logFile, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(path),
        };
        foreach (var (key, value) in settings) start.Environment.TryAdd(key, value);
        if (program == "processors") start.Environment.TryAdd(YoungestGeneration, YoungestGenerationBytes);
        var process = Process.Start(start)!;
        File.WriteAllText(Path.ChangeExtension(logFile, ".pid"), $"{process.Id}");
        return process;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var lastAnswer = "no answer";
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (_process!.HasExited) throw new UserErrorException($"{Name} ended while starting: {LastLine()} (its log: {logFile}).");
            try
            {
                using var answer = await Http.GetAsync(new Uri($"{Address}{ReadyPath}"), cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK) return;
                lastAnswer = await answer.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                lastAnswer = e.Message;
            }
            await Task.Delay(100, cancellationToken);
        }
        throw new UserErrorException($"{Name} was not ready within a minute: {lastAnswer} (its log: {logFile}).");
    }

    private async Task SuperviseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _process!.WaitForExitAsync(_stopping.Token);
                // A service that dies at once must not be restarted in a tight loop.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5000, 200 * (Restarts + 1))), _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Restarts++;
            Report($"{Name} died (status {_process.ExitCode}) and was started again; its log: {logFile}");
            _process.Dispose();
            _process = Launch();
        }
    }

    private string LastLine() =>
        File.Exists(logFile) ? File.ReadLines(logFile).LastOrDefault(line => line.Length > 0) ?? "it said nothing" : "it said nothing";
}
