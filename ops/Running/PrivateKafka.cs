using System.Diagnostics;
using System.Net.Sockets;

namespace PaymentPipeline.Ops.Running;

/// <summary>One Kafka node (KRaft) from <c>KAFKA_HOME</c>, its data and settings in the data folder.</summary>
internal sealed class PrivateKafka : IAsyncDisposable
{
    private readonly Process _process;

    private PrivateKafka(Process process, string bootstrapServers) => (_process, BootstrapServers) = (process, bootstrapServers);

    public string BootstrapServers { get; }

    /// <param name="port">The client's port; the controller takes the next one.</param>
    public static async Task<PrivateKafka> StartAsync(DirectoryInfo data, int port, CancellationToken cancellationToken)
    {
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        if (string.IsNullOrEmpty(home) || !File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")))
            throw new UserErrorException(
                "--engine kafka needs a broker: set KAFKA_HOME to a Kafka download, or EventLog__Kafka__BootstrapServers to brokers that run.");
        await RequireJavaAsync(cancellationToken);
        var folder = Path.Combine(data.FullName, "kafka");
        Directory.CreateDirectory(folder);
        var settings = Path.Combine(folder, "server.properties");
        await File.WriteAllTextAsync(settings, Settings(folder, port), cancellationToken);
        if (!File.Exists(Path.Combine(folder, "log", "meta.properties"))) await FormatAsync(home, folder, settings, cancellationToken);
        var process = Start(home, folder, settings);
        var kafka = new PrivateKafka(process, $"127.0.0.1:{port}");
        await kafka.WaitUntilReadyAsync(port, Path.Combine(folder, "broker.log"), cancellationToken);
        return kafka;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Shell.RunAsync("kill", ["-TERM", $"{_process.Id}"], CancellationToken.None);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    // auto.create.topics is off: topics are made with explicit settings by the services (flush.messages=1 on one broker).
    private static string Settings(string folder, int port) => $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=127.0.0.1:{port + 1}
        listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}
        advertised.listeners=PLAINTEXT://127.0.0.1:{port}
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs={Path.Combine(folder, "log")}
        auto.create.topics.enable=false
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0

        """;

    private static async Task RequireJavaAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Shell.RunAsync("java", ["-version"], cancellationToken);
        }
        catch (UserErrorException missing)
        {
            throw new UserErrorException("Kafka needs Java 17: run 'apt-get install -y openjdk-17-jre-headless' as root and try again.",
                missing);
        }
    }

    private static async Task FormatAsync(string home, string folder, string settings, CancellationToken cancellationToken)
    {
        var tool = Path.Combine(home, "bin", "kafka-storage.sh");
        Environment.SetEnvironmentVariable("LOG_DIR", folder);
        var id = (await Shell.RunAsync(tool, ["random-uuid"], cancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim();
        await Shell.RunAsync(tool, ["format", "--standalone", "--cluster-id", id, "--config", settings], cancellationToken);
    }

    private static Process Start(string home, string folder, string settings)
    {
        // setsid: Ctrl-C in the terminal must not reach the broker before the services have drained.
        var start = new ProcessStartInfo("setsid", ["bash", "-c", "exec \"$0\" \"$1\" >\"$2\" 2>&1",
            Path.Combine(home, "bin", "kafka-server-start.sh"), settings, Path.Combine(folder, "broker.log")]);
        start.Environment["LOG_DIR"] = folder;
        start.Environment.TryAdd("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m");
        return Process.Start(start)!;
    }

    private async Task WaitUntilReadyAsync(int port, string log, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (_process.HasExited)
                throw new UserErrorException(
                    $"the Kafka broker ended while starting: {(File.Exists(log) ? File.ReadLines(log).LastOrDefault() : "no log")} (its log: {log}).");
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
        throw new UserErrorException($"the Kafka broker did not answer within a minute (its log: {log}).");
    }
}
