using System.Net;
using System.Net.Sockets;
using Xunit;

namespace PaymentPipeline.Load.Tests;

public sealed class KeepAliveConnectionTests
{
    [Fact]
    public async Task A_connection_that_the_server_closed_while_it_rested_is_made_anew_and_no_request_is_lost()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = AnswerOnceEachAsync(server, connections: 2);
        using var connection = new KeepAliveConnection((IPEndPoint)server.LocalEndpoint);
        Assert.Equal(200, await connection.AskAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()));

        await Task.Delay(TimeSpan.FromSeconds(1.5));

        Assert.Equal(200, await connection.AskAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()));
        await serving;
    }

    private static async Task AnswerOnceEachAsync(TcpListener server, int connections)
    {
        var request = new byte[1024];
        for (var i = 0; i < connections; i++)
        {
            using var client = await server.AcceptTcpClientAsync();
            _ = await client.GetStream().ReadAsync(request);
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        }
    }
}
