using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Bytes to a socket and back, for requests that no HTTP client would send.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);
    private readonly TcpClient _client = new();
    private readonly List<byte> _unread = [];
    private NetworkStream _stream = null!;

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port);
        connection._client.NoDelay = true;
        connection._stream = connection._client.GetStream();
        return connection;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        using var limit = new CancellationTokenSource(AnswerWithin);
        await _stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>Sends what the server may no longer want to hear.</summary>
    public async Task TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (IOException)
        {
            // The server has closed: what it said before is still to be read.
        }
    }

    /// <summary>The server closed, and nothing is left to be read.</summary>
    public bool HasEnded => _client.Client.Poll(0, SelectMode.SelectRead) && _client.Client.Available == 0;

    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer; null when the server closed without one.</summary>
    public async Task<RawResponse?> ReadAsync()
    {
        while (true)
        {
            if (RawResponse.TryTake(_unread) is { } response) return response;
            if (!await ReceiveAsync()) return null;
        }
    }

    /// <summary>The status of each answer until the server closes.</summary>
    public async Task<List<int>> StatusesToEndAsync()
    {
        var statuses = new List<int>();
        while (await ReadAsync() is { } response) statuses.Add(response.Status);
        return statuses;
    }

    /// <summary>Whatever came until the server closed.</summary>
    public async Task<byte[]> ToEndAsync()
    {
        while (await ReceiveAsync()) { }
        return [.. _unread];
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(AnswerWithin);
        var buffer = new byte[16 * 1024];
        try
        {
            var count = await _stream.ReadAsync(buffer, limit.Token);
            _unread.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false; // A reset is an end, too.
        }
    }
}

internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
    public bool Closes => Headers.TryGetValue("Connection", out var value) && value == "close";

    /// <summary>Takes one whole response off the front of the bytes, or nothing.</summary>
    public static RawResponse? TryTake(List<byte> bytes)
    {
        var text = Encoding.Latin1.GetString([.. bytes]);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return null;
        var lines = text[..end].Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines[1..].Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : 0;
        if (bytes.Count < end + 4 + length) return null;
        var body = bytes.GetRange(end + 4, length).ToArray();
        bytes.RemoveRange(0, end + 4 + length);
        return new RawResponse(status, headers, body);
    }
}
