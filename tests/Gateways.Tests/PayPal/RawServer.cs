using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>Answers every connection with the same bytes, and then with whatever a test wants to send.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _connections;

    public RawServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }
    public string Origin => $"http://127.0.0.1:{Port}";
    public int Connections => _connections;
    public string Answer { get; set; } = "";
    public Func<Stream, Task>? Then { get; set; }

    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer));
            if (Then is not null)
                await Then(stream);
        }
        catch (IOException)
        {
            // The client had enough.
        }
    }
}
