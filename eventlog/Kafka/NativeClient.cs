using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// The native Kafka client of this build: bundled, from a folder, or the system's (Librdkafka.props says which and why).
/// Every use of Confluent.Kafka passes <see cref="Load"/> first.
/// </summary>
public static class NativeClient
{
    private static readonly Lazy<string> loaded = new(LoadOnce);

    /// <summary>For the start log: the way, the assembly's version and the native library's.</summary>
    /// <exception cref="EventLogException">The native library cannot be loaded; the message says what to install.</exception>
    public static string Describe() => loaded.Value;

    /// <summary>Idempotent.</summary>
    /// <exception cref="EventLogException">The native library cannot be loaded; the message says what to install.</exception>
    public static void Load() => _ = loaded.Value;

    private static string LoadOnce()
    {
        var way = typeof(NativeClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "Librdkafka").Value;
        var client = typeof(Library).Assembly;
        if (way == "system") NativeLibrary.SetDllImportResolver(client, ResolveSystemLibrary);
        try
        {
            return $"librdkafka {Library.VersionString} ({way}), Confluent.Kafka {client.GetName().Version?.ToString(3)}";
        }
        catch (Exception e) when (e is DllNotFoundException or InvalidOperationException or TypeInitializationException)
        {
            throw new EventLogException(
                $"The Kafka client's native library ({way}) cannot be loaded; install librdkafka1, or build with Librdkafka=bundled.", e);
        }
    }

    /// <summary>A distribution ships the sonames only; the plain names are in its development packages.</summary>
    private static IntPtr ResolveSystemLibrary(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        "librdkafka" => NativeLibrary.Load("librdkafka.so.1"),
        "libdl" => NativeLibrary.Load("libdl.so.2"),
        _ => IntPtr.Zero,
    };
}
