using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Ingress;
using PaymentPipeline.TestKit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>The ingress as it is, on a real socket, with the PostgreSQL log in a database of its own.</summary>
internal sealed class IngressServer : IAsyncDisposable
{
    public const string Secret = "whsec_a_secret_of_the_ingress_tests_0001";
    public const string PreviousSecret = "whsec_a_secret_of_the_ingress_tests_0000";
    public const string AdyenKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    private readonly WebApplication _app;

    private IngressServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
        Log = app.Services.GetRequiredService<IEventLog>();
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public IEventLog Log { get; }
    public IServiceProvider Services => _app.Services;

    public static async Task<IngressServer> StartAsync(string database, params string[] settings)
    {
        string[] arguments =
        [
            "--urls", "http://127.0.0.1:0",
            $"--Database:ConnectionString={database}",
            $"--Gateways:Stripe:WebhookSecrets:0={Secret}",
            $"--Gateways:Stripe:WebhookSecrets:1={PreviousSecret}",
            "--Gateways:Stripe:Accounts:branch:WebhookSecrets:0=whsec_another_account_of_the_tests_0001",
            $"--Gateways:Adyen:HmacKeys:0={AdyenKey}",
            "--Gateways:Adyen:MerchantAccount=TestMerchant",
            "--Gateways:Acme:Open=true",
            .. settings,
        ];
        var app = IngressApp.Create(arguments, builder => builder.Services.AddSingleton(AcmeGateway.Registration));
        await app.StartAsync();
        return new IngressServer(app);
    }

    /// <summary>Started, and its log has been checked.</summary>
    public static async Task<IngressServer> StartReadyAsync(string database, params string[] settings)
    {
        var server = await StartAsync(database, settings);
        await Eventually.Async(
            async () => (await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(20));
        return server;
    }

    /// <summary>Every record of a gateway's topic, in no order across partitions.</summary>
    public async Task<IReadOnlyList<LogRecord>> RecordsAsync(string gateway)
    {
        var records = new List<LogRecord>();
        foreach (var (partition, range) in await Log.GetOffsetsAsync(Topics.Webhooks(gateway), CancellationToken.None))
        {
            for (var next = range.First; next < range.Next;)
            {
                var page = await Log.ReadAsync(partition, next, 1000, CancellationToken.None);
                records.AddRange(page);
                next = page[^1].Offset + 1;
            }
        }
        return records;
    }

    /// <summary>The one record whose bytes these are.</summary>
    public async Task<LogRecord> RecordOfAsync(string gateway, byte[] body)
    {
        var found = (await RecordsAsync(gateway)).Where(record => record.Value.Span.SequenceEqual(body)).ToList();
        return Xunit.Assert.Single(found);
    }

    /// <summary>No record has these bytes, nor their beginning.</summary>
    public async Task NothingKeptAsync(string gateway, byte[] body)
    {
        var records = await RecordsAsync(gateway);
        Xunit.Assert.DoesNotContain(records, record => record.Value.Length > 0 && body.AsSpan().StartsWith(record.Value.Span));
        Xunit.Assert.DoesNotContain(records, record => body.Length > 0 && record.Value.Span.StartsWith(body));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Webhooks as Stripe signs them.</summary>
internal static class StripeWebhook
{
    private static int _last;

    /// <summary>A small event that differs from every other one.</summary>
    public static byte[] Body(int padding = 0)
    {
        var number = Interlocked.Increment(ref _last);
        var text = $$$"""
            {"id":"evt_test_{{{number}}}","object":"event","type":"payment_intent.created","created":1767225600,"livemode":false,
            "data":{"object":{"id":"pi_test_{{{number}}}","object":"payment_intent","amount":1000,"currency":"eur"}},"pad":"{{{new string('x', padding)}}}"}
            """;
        return Encoding.UTF8.GetBytes(text);
    }

    public static string Sign(byte[] body, string secret = IngressServer.Secret, long? time = null)
    {
        var t = (time ?? TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);
        return $"t={t},v1={V1(body, t, secret)}";
    }

    public static string V1(byte[] body, string t, string secret = IngressServer.Secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes(t + "."), .. body]));

    /// <summary>The head of a correct request, up to the blank line, for tests that write to the socket.</summary>
    public static string Head(byte[] body, string? length = null, string path = "/webhooks/stripe") =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length ?? $"Content-Length: {body.Length}"}\r\n" +
        $"Stripe-Signature: {Sign(body)}\r\n\r\n";

    public static HttpRequestMessage Request(byte[] body, string path = "/webhooks/stripe", string? signature = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.Add("Content-Type", "application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", signature ?? Sign(body));
        return request;
    }
}
