using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Requests that two readers could understand differently, or that are none. What is smuggled is never taken.</summary>
public sealed class ProtocolTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private readonly IngressServer _server = fixture.Server;

    [Fact]
    public Task H67_a_length_beside_chunks_is_400_and_the_connection_ends() =>
        OneRefusedAsync(body => StripeWebhook.Head(body, $"Content-Length: {body.Length}\r\nTransfer-Encoding: chunked"), chunked: true);

    [Fact]
    public Task H67_the_other_way_round_as_well() =>
        OneRefusedAsync(body => StripeWebhook.Head(body, $"Transfer-Encoding: chunked\r\nContent-Length: {body.Length}"), chunked: true);

    [Fact]
    public Task H68_two_different_lengths_are_400() =>
        OneRefusedAsync(body => StripeWebhook.Head(body, $"Content-Length: {body.Length}\r\nContent-Length: {body.Length + 1}"));

    [Theory]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 0x20")]
    [InlineData("Content-Length: 99999999999999999999")]
    public Task H68_a_length_that_is_no_number_is_400(string length) => OneRefusedAsync(body => StripeWebhook.Head(body, length));

    [Theory]
    [InlineData("xchunked")]
    [InlineData("chunked, identity")]
    [InlineData("gzip, chunked")]
    [InlineData("chunked, chunked")]
    public Task H70_a_coding_that_is_not_chunked_is_400(string coding) =>
        OneRefusedAsync(body => StripeWebhook.Head(body, $"Transfer-Encoding: {coding}"), chunked: true);

    [Theory]
    [InlineData(";\n")]
    [InlineData(";a=b\n")]
    [InlineData("\n")]
    [InlineData(";a\rb\r\n")]
    public async Task H69_a_chunk_extension_that_ends_in_a_bare_line_feed_smuggles_nothing(string extension)
    {
        // CVE-2025-55315: one reader takes the line feed for the end of the line, another reads on into the next request.
        var outer = StripeWebhook.Body();
        var inner = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(outer, "Transfer-Encoding: chunked"));
        await connection.TrySendAsync(
        [
            .. Encoding.Latin1.GetBytes($"{outer.Length:x}{extension}"), .. outer, .. "\r\n0\r\n\r\n"u8,
            .. Encoding.Latin1.GetBytes(StripeWebhook.Head(inner)), .. inner,
        ]);

        Assert.Equal([400], await connection.StatusesToEndAsync());
        await _server.NothingKeptAsync("stripe", outer);
        await _server.NothingKeptAsync("stripe", inner);
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("5\r\nabcdefgh\r\n")]
    public async Task A_malformed_chunk_is_400_and_the_connection_ends(string chunk)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head([], "Transfer-Encoding: chunked"));
        await connection.TrySendAsync(Encoding.Latin1.GetBytes(chunk));

        Assert.Equal([400], await connection.StatusesToEndAsync());
    }

    [Fact]
    public Task H71_more_than_100_headers_are_431() =>
        OneRefusedAsync(body => WithHeaders(body, string.Concat(Enumerable.Range(0, 101).Select(n => $"X-{n}: 1\r\n"))), status: 431);

    [Fact]
    public Task H72_more_than_32_KB_of_headers_are_431() =>
        OneRefusedAsync(
            body => WithHeaders(body, string.Concat(Enumerable.Range(0, 33).Select(n => $"X-{n}: {new string('h', 1024)}\r\n"))), status: 431);

    [Fact]
    public Task An_address_of_8_KB_is_414() =>
        OneRefusedAsync(body => StripeWebhook.Head(body, path: "/webhooks/stripe?" + new string('q', 8192)), status: 414);

    [Theory]
    [InlineData("X-A: a\0b\r\n")]
    [InlineData("X-A: a\r\n continued\r\n")]
    [InlineData("X-A : a\r\n")]
    [InlineData(" X-A: a\r\n")]
    [InlineData("X A: a\r\n")]
    [InlineData("X-A\r\n")]
    [InlineData(": a\r\n")]
    public Task H73_a_malformed_header_is_400(string header) => OneRefusedAsync(body => WithHeaders(body, header));

    [Theory]
    [InlineData("\0\0\0\0\r\n\r\n")]
    [InlineData("POST\r\n\r\n")]
    [InlineData("POST /webhooks/stripe\r\n\r\n")]
    [InlineData("POST /webhooks/stripe HTTP/9.9\r\n\r\n")]
    public async Task What_is_no_request_ends_the_connection(string bytes)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(bytes);

        Assert.All(await connection.StatusesToEndAsync(), status => Assert.InRange(status, 400, 505));
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task H77_H78_http2_is_refused_before_it_costs_anything()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        // The preface, empty SETTINGS, then a thousand streams opened and reset at once.
        byte[] settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        byte[] streams = [.. Enumerable.Range(0, 1000).SelectMany(n => Stream(2 * n + 1))];
        await connection.TrySendAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. settings, .. streams]);

        var answer = await connection.ToEndAsync();

        // GOAWAY (HTTP_1_1_REQUIRED) or a plain refusal, and the end: never SETTINGS, which would accept.
        Assert.True(answer.Length < 100 && (answer.Length < 4 || answer[3] != 4 || answer[0] == (byte)'H'), Convert.ToHexString(answer));
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task H85_tls_to_the_plain_port_is_closed()
    {
        using var client = new System.Net.Sockets.TcpClient(_server.Address.Host, _server.Address.Port);
        await using var tls = new SslStream(client.GetStream());

        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync("localhost").WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task H85_plain_text_to_the_tls_port_is_closed()
    {
        var file = Path.Combine(Path.GetTempPath(), $"ingress-tests-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}.pfx");
        using var certificate = SelfSigned();
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx));
        try
        {
            await using var server = await IngressServer.StartAsync(
                await IngressFixture.DatabaseAsync(),
                "--Kestrel:Endpoints:Tls:Url=https://127.0.0.1:0", $"--Kestrel:Endpoints:Tls:Certificate:Path={file}");
            using var connection = await RawConnection.OpenAsync(server.Address);
            await connection.SendAsync(StripeWebhook.Head(StripeWebhook.Body()));

            Assert.DoesNotContain(200, await connection.StatusesToEndAsync());
            using var http = new HttpClient(new SocketsHttpHandler
            {
                SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented) },
            });
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(server.Address, "/health/live"))).StatusCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task OneRefusedAsync(Func<byte[], string> head, bool chunked = false, int status = 400)
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        byte[] rest = chunked ? [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8] : body;
        await connection.TrySendAsync([.. Encoding.Latin1.GetBytes(head(body)), .. rest]);

        Assert.Equal([status], await connection.StatusesToEndAsync());
        await _server.NothingKeptAsync("stripe", body);
    }

    private static string WithHeaders(byte[] body, string headers) =>
        StripeWebhook.Head(body).Replace("\r\n\r\n", "\r\n" + headers + "\r\n", StringComparison.Ordinal);

    private static byte[] Stream(int id)
    {
        byte[] number = [(byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id];
        return [0, 0, 1, 1, 5, .. number, 0x82, 0, 0, 4, 3, 0, .. number, 0, 0, 0, 8];
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
