using System.Text;

namespace PaymentPipeline.Gateways.Tests.Http;

/// <summary>A <see cref="GatewayHttp"/> with short times, and the two kinds of calls that tests make with it.</summary>
internal static class LineUnderTest
{
    public static GatewayHttp To(Uri address, Action<GatewayHttpOptions>? change = null, TimeProvider? time = null)
    {
        var options = new GatewayHttpOptions { RetryDelayMs = 5 };
        change?.Invoke(options);
        return new GatewayHttp("stripe", address, options, time ?? TimeProvider.System);
    }

    public static Task<GatewayHttpReply> PostAsync(
        this GatewayHttp line, GatewayRetry retry = GatewayRetry.Repeatable, CancellationToken cancellationToken = default) =>
        line.SendAsync("create", () => new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/things", UriKind.Relative))
        {
            Content = new StringContent("a=1", Encoding.UTF8, "application/x-www-form-urlencoded"),
        }, retry, cancellationToken);

    public static Task<GatewayHttpReply> GetAsync(this GatewayHttp line, string path = "/v1/things") =>
        line.SendAsync("look_up", () => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.RelativeOrAbsolute)),
            GatewayRetry.Repeatable, CancellationToken.None);
}
