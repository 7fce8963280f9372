using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.Load;

/// <summary>What one drive saw.</summary>
internal sealed record DriveResult(int Sent, int Ok, TimeSpan Elapsed, double P50Ms, double P99Ms)
{
    public double PerSecond => Ok / Elapsed.TotalSeconds;
}

/// <summary>
/// Sends ready-made requests over keep-alive connections, one at a time on each, and reads the status line and the
/// length of each answer. Closed loop: it measures throughput; its latencies are those of a saturated server.
/// </summary>
internal static class SocketDriver
{
    public static async Task<DriveResult> DriveAsync(IPEndPoint server, IReadOnlyList<ReadOnlyMemory<byte>> requests, int connections)
    {
        var next = -1;
        var ok = 0;
        var latencies = new long[requests.Count];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server);
            var answer = new byte[4096];
            int index;
            while ((index = Interlocked.Increment(ref next)) < requests.Count)
            {
                var begun = Stopwatch.GetTimestamp();
                for (var sent = 0; sent < requests[index].Length;) sent += await socket.SendAsync(requests[index][sent..],
                    SocketFlags.None);
                if (await ReadAnswerAsync(socket, answer)) Interlocked.Increment(ref ok);
                latencies[index] = Stopwatch.GetTimestamp() - begun;
            }
        }));
        var elapsed = Stopwatch.GetElapsedTime(started);
        Array.Sort(latencies);
        return new DriveResult(requests.Count, ok, elapsed, Milliseconds(latencies, 0.50), Milliseconds(latencies, 0.99));
    }

    /// <returns>True for a 2xx.</returns>
    private static async Task<bool> ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var filled = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
            if (read == 0) throw new IOException("The server closed the connection.");
            filled += read;
            if (IsComplete(buffer.AsSpan(0, filled))) return buffer[9] == (byte)'2';
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var head = answer[..end];
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0) return head.IndexOf("chunked"u8) < 0 || answer.EndsWith("0\r\n\r\n"u8);
        var digits = head[(at + 16)..];
        var line = digits.IndexOf((byte)'\r');
        return int.TryParse(line < 0 ? digits : digits[..line], out var length) && answer.Length >= end + 4 + length;
    }

    private static double Milliseconds(long[] sorted, double share) =>
        sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)] * 1000.0 / Stopwatch.Frequency;
}
