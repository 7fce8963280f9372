using System.Diagnostics;
using System.Net;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load;

/// <summary>What one drive saw.</summary>
internal sealed record DriveResult(int Sent, int Ok, TimeSpan Elapsed, Percentiles Latency)
{
    public double PerSecond => Ok / Elapsed.TotalSeconds;
}

/// <summary>
/// Sends ready-made requests over keep-alive connections, one at a time on each, the servers in turn. Closed loop: it measures
/// throughput; its latencies are those of a saturated server.
/// </summary>
internal static class SocketDriver
{
    public static async Task<DriveResult> DriveAsync(
        IReadOnlyList<IPEndPoint> servers, IReadOnlyList<ReadOnlyMemory<byte>> requests, int connections)
    {
        var next = -1;
        var ok = 0;
        var latencies = new Histogram();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async number =>
        {
            using var connection = new KeepAliveConnection(servers[number % servers.Count]);
            int index;
            while ((index = Interlocked.Increment(ref next)) < requests.Count)
            {
                var begun = Stopwatch.GetTimestamp();
                if (await connection.AskAsync(requests[index]) / 100 == 2) Interlocked.Increment(ref ok);
                latencies.Record((long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            }
        }));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new DriveResult(requests.Count, ok, elapsed, latencies.Percentiles() ?? new Percentiles(0, 0, 0, 0, 0, 0));
    }
}
