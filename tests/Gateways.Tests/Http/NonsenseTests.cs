using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Http;

/// <summary>F31: whatever comes back under a good status, it is no success, little of it is read and nothing of it is followed.</summary>
public sealed class NonsenseTests
{
    private const int Large = 50 * 1024 * 1024;

    [Theory]
    [InlineData("text/html"), InlineData("text/plain; charset=utf-8"), InlineData(null)]
    public async Task F31_an_answer_that_is_not_json_is_no_answer(string? type)
    {
        var reply = await AskAsync(async context =>
        {
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync("<html>It works</html>"u8.ToArray());
        });

        AssertUnreadable(reply, 1);
    }

    [Fact]
    public async Task F31_an_answer_that_breaks_off_is_no_answer()
    {
        var reply = await AskAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync("{\"id\":"u8.ToArray());
            await context.Response.Body.FlushAsync();
        });

        AssertUnreadable(reply, 4);
    }

    [Fact]
    public async Task F31_of_an_answer_without_end_one_MB_is_read()
    {
        // Read to its end, it would run into the time-out instead.
        var reply = await AskAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            var piece = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece);
        });

        AssertUnreadable(reply, 1);
    }

    [Fact]
    public async Task F31_50_MB_that_came_compressed_are_50_MB()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(new byte[Large]);
        Assert.True(packed.Length < GatewayHttp.BodyLengthMax);

        var reply = await AskAsync(context => AnswerPackedAsync(context, packed.ToArray()));

        AssertUnreadable(reply, 1);
    }

    [Fact]
    public async Task F31_what_cannot_be_unpacked_is_no_answer()
    {
        var reply = await AskAsync(context => AnswerPackedAsync(context, "{\"id\":1}"u8.ToArray()));

        AssertUnreadable(reply, 4);
    }

    [Fact]
    public async Task An_answer_that_came_compressed_is_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync("{}"u8.ToArray());

        var (reply, _) = await AskAsync(context => AnswerPackedAsync(context, packed.ToArray()));

        Assert.True(reply.IsSuccess);
        Assert.Equal("{}"u8.ToArray(), reply.Body.ToArray());
    }

    [Theory]
    [InlineData(301), InlineData(302), InlineData(303), InlineData(307), InlineData(308)]
    public async Task F31_a_redirect_is_followed_nowhere(int status)
    {
        await using var elsewhere = await ScriptedServer.StartAsync(200);

        var there = new Uri(elsewhere.Address, "/v1/things").ToString();
        var reply = await AskAsync(context => context.AnswerAsync(status, "{}", ("Location", there)));

        AssertUnreadable(reply, 1);
        Assert.Empty(elsewhere.Requests);
    }

    private static Task AnswerPackedAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.ContentEncoding = "gzip";
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static async Task<(GatewayHttpReply Reply, int Requests)> AskAsync(Func<HttpContext, Task> answer)
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => answer(context));
        using var line = LineUnderTest.To(server.Address);
        return (await line.PostAsync(), server.Requests.Count);
    }

    private static void AssertUnreadable((GatewayHttpReply Reply, int Requests) asked, int requests)
    {
        Assert.Equal(("unreadable_reply", true, false), (asked.Reply.Failure?.Code, asked.Reply.MayHaveHappened, asked.Reply.IsSuccess));
        Assert.Equal(GatewayOutcome.Unknown, asked.Reply.ToFailedReply().Outcome);
        Assert.Equal(requests, asked.Requests);
    }
}
