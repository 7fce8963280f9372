using System.Diagnostics;
using System.Net;
using PaymentPipeline.Gateways.PayPal;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalFixture;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>Certificates over real sockets, from a server of this machine that the configuration allows.</summary>
public sealed class PayPalSocketTests : IDisposable
{
    private static readonly PayPalLeaf Genuine = PayPalAuthority.Shared.Leaf();
    private readonly RawServer _server = new();
    private readonly PayPalFixture _paypal;

    public PayPalSocketTests() =>
        _paypal = new PayPalFixture(withSockets: true, more: ("CertificateHosts:0", _server.Origin));

    public void Dispose()
    {
        _paypal.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_certificate_is_fetched_from_a_configured_origin_of_this_machine()
    {
        _server.Answer = RawServer.Ok(Genuine.Pem);
        Assert.Equal(WebhookVerdictKind.Authentic, (await Deliver()).Kind);
        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public async Task H49_a_redirect_is_not_followed()
    {
        // Not even to where one may connect.
        _server.Answer = $"HTTP/1.1 302 Found\r\nLocation: {_server.Origin}/v1/notifications/certs/CERT-2\r\nContent-Length: 0\r\n\r\n";
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Deliver()).Kind);
        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public async Task H50_a_name_that_resolves_into_this_machine_is_not_connected_to()
    {
        var http = new PayPalHttp(PayPalHttp.CreateHandler(PayPalCertificateOrigins.Of(["certs.example.com"])), TimeProvider.System);
        foreach (var host in new[] { "localhost", "127.0.0.1" })
            Assert.Equal(PayPalDocument.Refused, await http.FetchAsync($"http://{host}:{_server.Port}/v1/notifications/certs/CERT-1"));
        Assert.Equal(0, _server.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::")]
    public void H50_only_public_addresses_are_connected_to(string address)
    {
        Assert.False(PublicAddress.Is(IPAddress.Parse(address)));
        Assert.True(PublicAddress.Is(IPAddress.Parse("66.211.168.123")));
        Assert.True(PublicAddress.Is(IPAddress.Parse("2606:4700::1111")));
    }

    [Fact]
    public async Task H52_no_more_than_64_KB_of_an_endless_document_are_read()
    {
        _server.Answer = "HTTP/1.1 200 OK\r\n\r\n" + Genuine.Pem + "\n";
        _server.Then = async stream =>
        {
            var block = new byte[16 * 1024];
            Array.Fill(block, (byte)'#');
            for (var sent = 0; sent < 100 * 1024 * 1024; sent += block.Length)
                await stream.WriteAsync(block);
        };
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Timed(Deliver, TimeSpan.FromSeconds(3.5))).Kind);
    }

    [Fact]
    public async Task H52_a_document_said_to_be_too_long_is_not_read()
    {
        _server.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n";
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Timed(Deliver, TimeSpan.FromSeconds(3.5))).Kind);
    }

    [Fact]
    public async Task H52_a_document_that_drips_is_given_up_after_three_seconds()
    {
        _server.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
        _server.Then = async stream =>
        {
            while (true)
            {
                await stream.WriteAsync("-"u8.ToArray());
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        };
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Timed(Deliver, TimeSpan.FromSeconds(5))).Kind);
    }

    [Fact]
    public async Task A_server_that_is_not_there_makes_the_gateway_send_again()
    {
        _server.Dispose();
        Assert.Equal(WebhookVerdictKind.Unavailable, (await Deliver()).Kind);
    }

    [Fact]
    public async Task Another_port_of_this_machine_is_not_allowed()
    {
        using var other = new RawServer { Answer = RawServer.Ok(Genuine.Pem) };
        var address = other.Origin + "/v1/notifications/certs/CERT-1";
        Assert.Equal("certificate_address", (await _paypal.Deliver(Genuine, address)).Reason);
        Assert.Equal(0, other.Connections);
    }

    private Task<WebhookVerdict> Deliver() => _paypal.Deliver(Genuine, _server.Origin + "/v1/notifications/certs/CERT-1");

    private static async Task<T> Timed<T>(Func<Task<T>> action, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        var result = await action();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, limit);
        return result;
    }
}
