using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.Load;

/// <summary>
/// An HTTP/1.1 connection that sends ready-made requests, one at a time, and reads the status and the length of each answer, no
/// more: the driver shares its cores with what it measures. Made again when it broke.
/// </summary>
internal sealed class KeepAliveConnection(IPEndPoint server) : IDisposable
{
    /// <summary>In place of a status.</summary>
    public const int NoAnswer = 0;

    /// <summary>Servers close connections on which nothing comes, ours after 75 s: one that rested is looked at first.</summary>
    private const long RestMs = 1_000;

    private byte[] _answer = new byte[8 * 1024];
    private Socket? _socket;
    private long _usedAt;

    /// <returns>The answer's status, or <see cref="NoAnswer"/>.</returns>
    public async Task<int> AskAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            if (_socket is { } kept && Environment.TickCount64 - _usedAt > RestMs && IsClosed(kept)) Close();
            var socket = _socket ??= await ConnectAsync();
            for (var sent = 0; sent < request.Length;) sent += await socket.SendAsync(request[sent..], SocketFlags.None);
            var status = await ReadStatusAsync(socket);
            _usedAt = Environment.TickCount64;
            return status;
        }
        // Disposed: closed meanwhile by whoever waited too long for the answer.
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            Close();
            return NoAnswer;
        }
    }

    /// <summary>The next request goes over a fresh connection; one that waits for its answer hears <see cref="NoAnswer"/>.</summary>
    public void Close() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    public void Dispose() => Close();

    /// <summary>Nothing was asked, so what there is to read is the end.</summary>
    private static bool IsClosed(Socket socket) => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<int> ReadStatusAsync(Socket socket)
    {
        for (var filled = 0; ;)
        {
            if (filled == _answer.Length) Array.Resize(ref _answer, filled * 2);
            var read = await socket.ReceiveAsync(_answer.AsMemory(filled), SocketFlags.None);
            if (read == 0) throw new IOException("The server closed the connection.");
            filled += read;
            if (IsComplete(_answer.AsSpan(0, filled))) return int.Parse(_answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
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
}
