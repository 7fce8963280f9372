using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PaymentPipeline.TestKit;

/// <summary>One process of a cluster, broker and controller (KRaft).</summary>
public sealed class KafkaNode
{
    private readonly int id;
    private readonly string home;
    private readonly string folder;
    private readonly int controllerPort;
    private readonly string directoryId;
    private Process? process;

    internal KafkaNode(int id, string home, string folder, ReadOnlySpan<int> ports, string directoryId)
    {
        (this.id, this.home, this.folder, this.directoryId) = (id, home, folder, directoryId);
        (Port, controllerPort, BehindProxyPort, ProxyPort) = (ports[0], ports[1], ports[2], ports[3]);
    }

    public int Port { get; }

    /// <summary>A second listener, whose clients are told to come to <see cref="ProxyPort"/>: a test puts a proxy there.</summary>
    public int BehindProxyPort { get; }

    public int ProxyPort { get; }

    internal bool IsAlive => process is { HasExited: false };

    private string LogFile => Path.Combine(folder, "server.log");

    private string Settings => Path.Combine(folder, "server.properties");

    internal void Format(string cluster, KafkaNode[] all)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Settings, Properties(all));
        string[] who = all.Length == 1
            ? ["--standalone"]
            : ["--initial-controllers", string.Join(',', all.Select(n => $"{n.id}@127.0.0.1:{n.controllerPort}:{n.directoryId}"))];
        using var format = Launch("kafka-storage.sh", ["format", "--cluster-id", cluster, "--config", Settings, .. who], "format.log");
        format.WaitForExit();
        if (format.ExitCode != 0)
            throw new InvalidOperationException($"Kafka's format failed: {File.ReadAllText(Path.Combine(folder, "format.log"))}");
    }

    internal void Start()
    {
        File.Delete(LogFile);
        process = Launch("kafka-server-start.sh", [Settings], Path.GetFileName(LogFile));
        File.WriteAllText(Path.Combine(folder, "pid"), process.Id.ToString(CultureInfo.InvariantCulture));
        EndWithThisProcess(process.Id);
    }

    /// <summary>A test host that is killed, or given no time to exit, must not leave a broker behind.</summary>
    private static void EndWithThisProcess(int broker) => Process.Start(
        new ProcessStartInfo("setsid", ["sh", "-c", $"exec >/dev/null 2>&1; tail --pid={Environment.ProcessId} -f /dev/null; kill -9 {broker}"]))!
        .Dispose();

    internal Task ReadyAsync() => Eventually.Async(IsReadyAsync, TimeSpan.FromSeconds(180));

    internal void Kill()
    {
        if (process is null) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>Of a run that was killed itself; only a process that was started on this folder.</summary>
    internal static void KillLeftOver(string folder)
    {
        var pidFile = Path.Combine(folder, "pid");
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture, out var pid)) return;
        var commandLine = $"/proc/{pid}/cmdline";
        if (!File.Exists(commandLine) || !File.ReadAllText(commandLine).Contains(folder, StringComparison.Ordinal)) return;
        try
        {
            using var left = Process.GetProcessById(pid);
            left.Kill();
            left.WaitForExit();
        }
        catch (Exception refused) when (refused is Win32Exception or ArgumentException)
        {
            // Another user's, or gone in the meantime.
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        if (process is null || process.HasExited)
            throw new InvalidOperationException($"Kafka node {id} ended: {await File.ReadAllTextAsync(LogFile)}");
        return File.Exists(LogFile) && (await File.ReadAllTextAsync(LogFile)).Contains("Kafka Server started", StringComparison.Ordinal);
    }

    /// <summary>The shell replaces itself by the script and that by the JVM, so the process id is the broker's.</summary>
    private Process Launch(string script, string[] arguments, string logName)
    {
        const string Line = "log=$1; shift; exec \"$@\" >\"$log\" 2>&1";
        var info = new ProcessStartInfo(
            "/bin/sh", ["-c", Line, "sh", Path.Combine(folder, logName), Path.Combine(home, "bin", script), .. arguments])
        {
            WorkingDirectory = folder,
        };
        info.Environment["LOG_DIR"] = folder;
        info.Environment["KAFKA_HEAP_OPTS"] = "-Xms128m -Xmx256m";
        return Process.Start(info)!;
    }

    private string Properties(KafkaNode[] all) => $"""
        process.roles=broker,controller
        node.id={id}
        listeners=CLIENT://127.0.0.1:{Port},CONTROLLER://127.0.0.1:{controllerPort},PROXIED://127.0.0.1:{BehindProxyPort}
        advertised.listeners=CLIENT://127.0.0.1:{Port},PROXIED://127.0.0.1:{ProxyPort}
        listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=CLIENT
        controller.quorum.bootstrap.servers={string.Join(',', all.Select(node => $"127.0.0.1:{node.controllerPort}"))}
        log.dirs={Path.Combine(folder, "data")}
        auto.create.topics.enable=false
        default.replication.factor={all.Length}
        min.insync.replicas={(all.Length + 1) / 2}
        offsets.topic.replication.factor={all.Length}
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor={all.Length}
        transaction.state.log.min.isr={(all.Length + 1) / 2}
        transaction.state.log.num.partitions=4
        share.coordinator.state.topic.replication.factor={all.Length}
        share.coordinator.state.topic.min.isr={(all.Length + 1) / 2}
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=500
        broker.session.timeout.ms=3000
        broker.heartbeat.interval.ms=500
        """;
}
