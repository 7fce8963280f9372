using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace PaymentPipeline.TestKit;

/// <summary>
/// librdkafka's own mock cluster, in this process: for faults that a real broker does not show on demand, and for the small suite
/// where there is no real one. It keeps at most 5 MB a partition, nothing on disk, and has no topic settings.
/// </summary>
public sealed class KafkaMock : IDisposable
{
    private readonly IntPtr client;
    private readonly IntPtr cluster;

    static KafkaMock() => NativeLibrary.SetDllImportResolver(typeof(KafkaMock).Assembly, Resolve);

    public KafkaMock(int brokers, int partitions, params string[] topics)
    {
        var problem = new byte[512];
        client = rd_kafka_new(0, rd_kafka_conf_new(), problem, problem.Length);
        if (client == IntPtr.Zero) throw new InvalidOperationException($"librdkafka: {Encoding.UTF8.GetString(problem).TrimEnd('\0')}");
        cluster = rd_kafka_mock_cluster_new(client, brokers);
        BootstrapServers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(cluster))!;
        foreach (var topic in topics) Check(rd_kafka_mock_topic_create(cluster, topic, partitions, Math.Min(brokers, 3)));
    }

    public string BootstrapServers { get; }

    public void SetDown(int broker) => Check(rd_kafka_mock_broker_set_down(cluster, broker));

    public void SetUp(int broker) => Check(rd_kafka_mock_broker_set_up(cluster, broker));

    /// <summary>The next requests of this kind are answered with these errors, in order.</summary>
    public void AnswerNext(short apiKey, params int[] errors) =>
        rd_kafka_mock_push_request_errors_array(cluster, apiKey, errors.Length, errors);

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(cluster);
        rd_kafka_destroy(client);
    }

    private static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"librdkafka's mock cluster answered with error {error}.");
    }

    /// <summary>A library of the distribution has its soname only.</summary>
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "librdkafka" && !NativeLibrary.TryLoad(name, assembly, path, out _) ? NativeLibrary.Load("librdkafka.so.1") : IntPtr.Zero;

#pragma warning disable CA2101, SYSLIB1054, CA5392 // The native names as they are; all strings are UTF-8.
    [DllImport("librdkafka")]
    private static extern IntPtr rd_kafka_conf_new();

    [DllImport("librdkafka")]
    private static extern IntPtr rd_kafka_new(int type, IntPtr conf, [Out] byte[] problem, nint size);

    [DllImport("librdkafka")]
    private static extern void rd_kafka_destroy(IntPtr client);

    [DllImport("librdkafka")]
    private static extern IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [DllImport("librdkafka")]
    private static extern void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [DllImport("librdkafka")]
    private static extern IntPtr rd_kafka_mock_cluster_bootstraps(IntPtr cluster);

    [DllImport("librdkafka")]
    private static extern int rd_kafka_mock_topic_create(
        IntPtr cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int copies);

    [DllImport("librdkafka")]
    private static extern int rd_kafka_mock_broker_set_down(IntPtr cluster, int broker);

    [DllImport("librdkafka")]
    private static extern int rd_kafka_mock_broker_set_up(IntPtr cluster, int broker);

    [DllImport("librdkafka")]
    private static extern void rd_kafka_mock_push_request_errors_array(IntPtr cluster, short apiKey, nint count, int[] errors);
#pragma warning restore CA2101, SYSLIB1054, CA5392
}
