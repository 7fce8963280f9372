using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Load.Api;

/// <summary>What one drive saw. Errors are counted by status, 0 for no answer.</summary>
/// <param name="Lateness">
/// How late the driver itself was, as far as it was not waiting for a connection: part of the latencies of an open drive.
/// </param>
internal sealed record ApiDrive(
    long Good, double PerSecond, Histogram Latency, Histogram Lateness, IReadOnlyDictionary<int, int> Errors);

/// <summary>Drives one server over keep-alive connections, one request at a time on each, for a time.</summary>
internal sealed class ApiDriver(IPEndPoint server, Func<ReadOnlyMemory<byte>> makeRequest, int expectedStatus, int connections)
{
    /// <summary>
    /// As fast as the answers come: the rate that the server sustains. What ends before or after the time is not counted.
    /// </summary>
    public async Task<ApiDrive> ClosedAsync(TimeSpan warmUp, TimeSpan measured)
    {
        var errors = new ConcurrentDictionary<int, int>();
        var latency = new Histogram();
        var good = 0L;
        var from = Stopwatch.GetTimestamp() + Ticks(warmUp);
        var until = from + Ticks(measured);
        await EachConnectionAsync(async connection =>
        {
            for (var begun = Stopwatch.GetTimestamp(); begun < until;)
            {
                var isGood = await AskAsync(connection, errors);
                var ended = Stopwatch.GetTimestamp();
                if (isGood) Interlocked.Increment(ref good);
                if (isGood && ended >= from && ended < until) latency.Record(Micros(ended - begun));
                begun = ended;
            }
        });
        return new ApiDrive(good, latency.Count / measured.TotalSeconds, latency, new Histogram(), errors);
    }

    /// <summary>
    /// At a rate that the answers do not change. Each latency counts from the moment at which the request was due, so that a pause of
    /// the server is counted for all who would have come in it.
    /// </summary>
    public async Task<ApiDrive> OpenAsync(double perSecond, TimeSpan measured)
    {
        var errors = new ConcurrentDictionary<int, int>();
        var (latency, lateness) = (new Histogram(), new Histogram());
        var count = (int)(perSecond * measured.TotalSeconds);
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await EachConnectionAsync(async connection =>
        {
            int index;
            while ((index = Interlocked.Increment(ref next)) < count)
            {
                var due = started + (long)(index / perSecond * Stopwatch.Frequency);
                if (await WaitAsync(due)) lateness.Record(Micros(Stopwatch.GetTimestamp() - due));
                if (await AskAsync(connection, errors)) latency.Record(Micros(Stopwatch.GetTimestamp() - due));
            }
        });
        var sustained = latency.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new ApiDrive(latency.Count, sustained, latency, lateness, errors);
    }

    private async Task EachConnectionAsync(Func<KeepAliveConnection, Task> drive) =>
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = new KeepAliveConnection(server);
            await drive(connection);
        })));

    private async Task<bool> AskAsync(KeepAliveConnection connection, ConcurrentDictionary<int, int> errors)
    {
        var status = await connection.AskAsync(makeRequest());
        if (status == expectedStatus) return true;
        errors.AddOrUpdate(status, 1, (_, seen) => seen + 1);
        return false;
    }

    /// <returns>False when the moment had passed already.</returns>
    private static async Task<bool> WaitAsync(long due)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (left <= TimeSpan.Zero) return false;
        // Timers count whole milliseconds: never early, up to one late.
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        return true;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static long Micros(long ticks) => ticks / (Stopwatch.Frequency / 1_000_000);
}
