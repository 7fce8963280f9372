using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.TestKit;

/// <summary>A link that can be cut: every connection through it breaks, and new ones are refused until it is mended.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly int target;
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Socket> open = [];
    private readonly Task accepting;
    private bool cut;

    /// <param name="port">0: any that is free.</param>
    public TcpProxy(int target, int port = 0)
    {
        this.target = target;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public void Cut()
    {
        lock (gate)
        {
            cut = true;
            foreach (var socket in open) socket.Close(0);
            open.Clear();
        }
    }

    public void Mend()
    {
        lock (gate) cut = false;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Cut();
        await accepting;
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(stopping.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                if (Keep(client, server)) _ = JoinAsync(client, server);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private bool Keep(Socket client, Socket server)
    {
        lock (gate)
        {
            if (!cut) open.AddRange([client, server]);
            else client.Close(0);
            return !cut;
        }
    }

    private async Task JoinAsync(Socket client, Socket server)
    {
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The link was cut, or the server is down: both ends are closed below.
        }
        client.Dispose();
        server.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReceiveAsync(buffer, stopping.Token) is var read and > 0)
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stopping.Token);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // As above.
        }
    }
}
