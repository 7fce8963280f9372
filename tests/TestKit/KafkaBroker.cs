using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PaymentPipeline.TestKit;

/// <summary>
/// A real Kafka cluster of one or three nodes, started from the folder that <c>KAFKA_HOME</c> names (any Kafka 4 download).
/// <see cref="SharedAsync"/> gives the one of this test run, or without <c>KAFKA_HOME</c> the one that
/// <c>EventLog__Kafka__BootstrapServers</c> names; <see cref="StartNewAsync"/> one to break. Removed at exit;
/// what a killed run leaves behind is removed by the next start.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private const string FolderPrefix = "pipeline-test-kafka-";
    private static readonly Lazy<Task<KafkaBroker>> shared = new(StartSharedAsync);

    private readonly string? folder;
    private readonly KafkaNode[] nodes;

    private KafkaBroker(string? folder, KafkaNode[] nodes, string bootstrapServers) =>
        (this.folder, this.nodes, BootstrapServers) = (folder, nodes, bootstrapServers);

    public static string? Home => Given("KAFKA_HOME");

    public static string? Running => Given("EventLog__Kafka__BootstrapServers");

    public string BootstrapServers { get; }

    /// <summary>Where <c>KAFKA_HOME</c> is given, its second listener is open to a proxy of the test.</summary>
    public KafkaNode FirstNode => nodes[0];

    /// <summary>The one of this test run: a single node, unless a running cluster is named.</summary>
    public static Task<KafkaBroker> SharedAsync() => shared.Value;

    /// <param name="nodeCount">1 or 3; each node is broker and controller.</param>
    public static async Task<KafkaBroker> StartNewAsync(int nodeCount = 1)
    {
        var home = Home ?? throw new InvalidOperationException("KAFKA_HOME names no Kafka download.");
        RemoveStale();
        var unique = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("n")[^8..];
        var folder = Path.Combine(DiskFolder(), $"{FolderPrefix}{Environment.ProcessId}-{unique}");
        Directory.CreateDirectory(folder);
        var ports = FreePorts(4 * nodeCount);
        var nodes = Enumerable.Range(1, nodeCount)
            .Select(id => new KafkaNode(id, home, Path.Combine(folder, $"node{id}"), ports.AsSpan(4 * (id - 1), 4), NewUuid()))
            .ToArray();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder, nodes);
        var cluster = NewUuid();
        foreach (var node in nodes) node.Format(cluster, nodes);
        foreach (var node in nodes) node.Start();
        foreach (var node in nodes) await node.ReadyAsync();
        return new KafkaBroker(folder, nodes, string.Join(',', nodes.Select(node => $"127.0.0.1:{node.Port}")));
    }

    /// <summary>kill -9.</summary>
    /// <param name="node">From 1.</param>
    public void Kill(int node) => nodes[node - 1].Kill();

    /// <summary>Starts the killed nodes again, on what they had on disk.</summary>
    public async Task RestartDeadAsync()
    {
        foreach (var node in nodes.Where(node => !node.IsAlive)) node.Start();
        foreach (var node in nodes) await node.ReadyAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (folder is not null) Remove(folder, nodes);
        return ValueTask.CompletedTask;
    }

    private static async Task<KafkaBroker> StartSharedAsync() =>
        Home is null && Running is { } running ? new KafkaBroker(null, [], running) : await StartNewAsync();

    private static void Remove(string folder, KafkaNode[] nodes)
    {
        foreach (var node in nodes) node.Kill();
        TryDelete(folder);
    }

    /// <summary>Folders carry the id of the process that made them; one whose process is gone is what a killed run left.</summary>
    private static void RemoveStale()
    {
        foreach (var stale in Directory.GetDirectories(DiskFolder(), $"{FolderPrefix}*"))
        {
            var owner = Path.GetFileName(stale)[FolderPrefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}")) continue;
            foreach (var node in Directory.GetDirectories(stale)) KafkaNode.KillLeftOver(node);
            TryDelete(stale);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A folder of another user, or a broker still going down: the next run's start removes it.
        }
    }

    /// <summary>fsync on a memory file system proves nothing, so a folder on a disk is looked for.</summary>
    private static string DiskFolder() =>
        new[] { "/var/tmp", Path.GetTempPath() }
            .First(candidate => Directory.Exists(candidate) && new DriveInfo(candidate).DriveFormat is not ("tmpfs" or "ramfs"));

    /// <summary>All at once, so that they differ.</summary>
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    /// <summary>Kafka's form of ids: 16 bytes, base64url without padding, not starting with a dash.</summary>
    private static string NewUuid()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[0] &= 0x3F;
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private static string? Given(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
