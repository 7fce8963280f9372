using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace PaymentPipeline.Integration.Tests.EndToEnd;

/// <summary>A run of the commands as a user starts them, in a folder of its own, on ports of its own.</summary>
internal sealed partial class PipelineRun : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private readonly bool _ownsFolder;

    private PipelineRun(Process process, string folder, bool ownsFolder) => (_process, Folder, _ownsFolder) = (process, folder, ownsFolder);

    public string Folder { get; }
    public string Output { get { lock (_output) return _output.ToString(); } }
    public bool HasEnded => _process.HasExited;

    public static PipelineRun Up(string engine, int portBase, params string[] arguments)
    {
        var folder = NewFolder();
        return Start(folder, null, ["up", "--engine", engine, "--data", folder, "--port-base", $"{portBase}", .. arguments]);
    }

    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-e2e-").FullName;
        // PostgreSQL runs as another user when we are root: it must be able to walk in.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    /// <param name="folder">The data folder.</param>
    /// <param name="ownsFolder">Whether it is deleted with the run.</param>
    /// <param name="connectionString">A database that is there already; null: the system starts its own.</param>
    public static PipelineRun Start(string folder, string? connectionString, IEnumerable<string> arguments, bool ownsFolder = true)
    {
        var root = Root();
        var program = Path.Combine(root, "ops", "bin", Configuration, "net10.0", "PaymentPipeline.Ops.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPELINE_ROOT"] = root;
        if (connectionString is not null) start.Environment["Database__ConnectionString"] = connectionString;
        var process = Process.Start(start)!;
        var run = new PipelineRun(process, folder, ownsFolder);
        process.OutputDataReceived += (_, line) => run.Append(line.Data);
        process.ErrorDataReceived += (_, line) => run.Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return run;
    }

    /// <summary>kill -9 of one of our services; the run starts it again.</summary>
    public void Kill(string service)
    {
        var id = int.Parse(File.ReadAllText(Path.Combine(Folder, "logs", $"{service}.pid")), System.Globalization.CultureInfo.InvariantCulture);
        using var victim = Process.GetProcessById(id);
        victim.Kill();
    }

    /// <summary>How many webhooks the run's live view last said were accepted.</summary>
    public int Accepted => AcceptedFigure().Matches(Output) is { Count: > 0 } seen ? int.Parse(seen[^1].Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;

    public async Task<int> WaitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var stop = Process.Start("kill", ["-INT", $"{_process.Id}"]);
            await stop.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _process.WaitForExitAsync(limit.Token);
        }
        _process.Dispose();
        if (_ownsFolder && Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The first of a row of six ports that are free now.</summary>
    public static int FreePorts()
    {
        for (var candidate = 20000 + Environment.ProcessId % 10000; candidate < 60000; candidate += 10)
            if (Enumerable.Range(candidate, 6).All(IsFree)) return candidate;
        throw new InvalidOperationException("There are no six free ports in a row.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }

    // bin/<configuration>/net10.0 of this very test says how everything was built.
    private static string Configuration => Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"accepted (\d+)")]
    private static partial Regex AcceptedFigure();
}
