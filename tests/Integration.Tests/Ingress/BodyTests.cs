using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Sizes, lengths that lie, encodings and types.</summary>
public sealed class BodyTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private const int BytesMax = 256 * 1024;
    private readonly IngressServer _server = fixture.Server;

    [Fact]
    public async Task H61_one_byte_over_the_limit_is_413_before_the_body_is_read()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head([], $"Content-Length: {BytesMax + 1}"));

        var response = Assert.IsType<RawResponse>(await connection.ReadAsync());

        Assert.Equal(413, response.Status);
        Assert.True(response.Closes);
        Assert.Null(await connection.ReadAsync());
    }

    [Fact]
    public async Task H62_chunks_that_add_up_to_more_than_the_limit_are_413_and_the_connection_ends()
    {
        var body = StripeWebhook.Body(padding: BytesMax);
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body, "Transfer-Encoding: chunked"));
        foreach (var chunk in body.Chunk(32 * 1024)) await connection.TrySendAsync(Chunk(chunk));
        await connection.TrySendAsync("0\r\n\r\n"u8.ToArray());

        var response = Assert.IsType<RawResponse>(await connection.ReadAsync());

        Assert.Equal(413, response.Status);
        Assert.True(response.Closes);
        Assert.Null(await connection.ReadAsync());
        await _server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H63_a_length_that_lies_short_is_refused_and_the_rest_is_no_second_webhook()
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body, $"Content-Length: {body.Length - 40}"));
        await connection.TrySendAsync([.. body, .. "\r\n\r\n"u8]);

        // The part is not authentic; the rest is no request.
        Assert.Equal([401, 400], await connection.StatusesToEndAsync());
        await _server.NothingKeptAsync("stripe", body);
    }

    [Fact]
    public async Task H63_a_length_that_lies_long_is_400_when_the_sender_ends()
    {
        var body = StripeWebhook.Body();
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body, $"Content-Length: {body.Length + 40}"));
        await connection.SendAsync(body);
        connection.EndSending();

        var statuses = await connection.StatusesToEndAsync();

        Assert.True(statuses is [] or [400], string.Join(',', statuses));
        await _server.NothingKeptAsync("stripe", body);
    }

    [Theory]
    [InlineData("Content-Length: 0\r\n\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n")]
    public async Task H64_an_empty_body_is_400(string head, string rest)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync("POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + head + rest);

        Assert.Equal(400, (await connection.ReadAsync())?.Status);
    }

    [Fact]
    public async Task H65_a_signed_body_of_exactly_the_limit_is_taken_byte_for_byte()
    {
        var body = StripeWebhook.Body(BytesMax - StripeWebhook.Body(100_000).Length + 100_000);
        Assert.InRange(body.Length, BytesMax - 2, BytesMax);

        Assert.Equal(HttpStatusCode.OK, (await _server.Http.SendAsync(StripeWebhook.Request(body))).StatusCode);
        await _server.RecordOfAsync("stripe", body);
    }

    [Fact]
    public async Task Chunks_are_put_together_whatever_their_sizes()
    {
        var body = StripeWebhook.Body(padding: 5000);
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(StripeWebhook.Head(body, "Transfer-Encoding: chunked"));
        foreach (var chunk in body.Chunk(701)) await connection.SendAsync(Chunk(chunk));
        await connection.SendAsync("0\r\n\r\n");

        Assert.Equal(200, (await connection.ReadAsync())?.Status);
        await _server.RecordOfAsync("stripe", body);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, identity")]
    public async Task H66_a_compressed_body_is_415_and_stays_compressed(string encoding)
    {
        var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(new byte[10_000_000]);
        var body = bomb.ToArray();
        var request = StripeWebhook.Request(body);
        request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _server.Http.SendAsync(request)).StatusCode);
        await _server.NothingKeptAsync("stripe", body);
    }

    [Theory]
    [InlineData("text/xml")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json, text/xml")]
    [InlineData("application/jsonx")]
    [InlineData("nonsense")]
    public async Task H83_a_type_that_is_not_json_in_utf8_is_415(string type)
    {
        var body = StripeWebhook.Body();

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await SendTypedAsync(body, type)).StatusCode);
        await _server.NothingKeptAsync("stripe", body);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("Application/JSON; charset=\"utf-8\"")]
    [InlineData(null)]
    public async Task Json_in_utf8_is_taken_however_it_is_spelled_and_without_a_type_too(string? type)
    {
        var body = StripeWebhook.Body();

        Assert.Equal(HttpStatusCode.OK, (await SendTypedAsync(body, type)).StatusCode);
        await _server.RecordOfAsync("stripe", body);
    }

    [Fact]
    public async Task H84_a_signed_body_with_a_byte_order_mark_is_taken_as_it_is()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. StripeWebhook.Body()];

        Assert.Equal(HttpStatusCode.OK, (await _server.Http.SendAsync(StripeWebhook.Request(body))).StatusCode);
        await _server.RecordOfAsync("stripe", body);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"id\":")]
    [InlineData("[]")]
    public async Task What_is_signed_but_cannot_be_read_is_taken_so_that_it_blocks_no_queue(string text)
    {
        var body = Encoding.UTF8.GetBytes($"{text} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}");

        Assert.Equal(HttpStatusCode.OK, (await _server.Http.SendAsync(StripeWebhook.Request(body))).StatusCode);
        await _server.RecordOfAsync("stripe", body);
    }

    private Task<HttpResponseMessage> SendTypedAsync(byte[] body, string? type)
    {
        var request = StripeWebhook.Request(body);
        request.Content!.Headers.Remove("Content-Type");
        if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return _server.Http.SendAsync(request);
    }

    private static byte[] Chunk(byte[] bytes) =>
        [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];
}
