using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentPipeline.Integration.Tests.Hosting;
using PaymentPipeline.Integration.Tests.Ingress;
using PaymentPipeline.Integration.Tests.Processors;
using PaymentPipeline.Simulator;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Both doors at once: the API's replies and the webhooks of the same gateways, over ingress, log and processors.</summary>
public sealed class WebhookMeetingTests : IAsyncLifetime
{
    private static readonly TimeSpan soon = TimeSpan.FromSeconds(90);
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-meeting-").FullName;
    private readonly HttpClient _http = new();
    private SimulatorHost? _simulator;
    private IngressServer? _ingress;
    private ProcessorsServer? _processors;
    private ApiServer? _api;
    private NpgsqlDataSource? _database;
    private Uri _address = null!;
    private int _keys;

    public async Task InitializeAsync()
    {
        var books = await MoneyFixture.MigratedDatabaseAsync();
        _database = NpgsqlDataSource.Create(books);
        _address = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}");
        _simulator = await SimulatorHost.StartAsync(_address.Port, _folder, null, TimeProvider.System);
        var (origin, secrets) = (_address.ToString().TrimEnd('/'), SimulatorSecrets.LoadOrCreate(_folder));
        string[] webhooks =
        [
            "--EventLog:Partitions=1", $"--Gateways:Stripe:WebhookSecrets:0={secrets.StripeSecret}",
            $"--Gateways:Adyen:HmacKeys:0={secrets.AdyenHmacKey}", $"--Gateways:Adyen:MerchantAccount={secrets.AdyenMerchantAccount}",
            $"--Gateways:PayPal:WebhookId={secrets.PayPalWebhookId}", $"--Gateways:PayPal:CertificateHosts:0={origin}",
            $"--Gateways:PayPal:TrustedRoots:0={Path.Combine(_folder, "paypal-root.pem")}",
        ];
        _processors = await ProcessorsServer.StartAsync(books, null, webhooks);
        _ingress = await IngressServer.StartReadyAsync(books, webhooks);
        _api = await ApiServer.StartAsync(
            books, configure: null, routes: null,
            $"--Gateways:Stripe:ApiKey={secrets.StripeApiKey}", $"--Gateways:Stripe:BaseUrl={origin}",
            $"--Gateways:Adyen:ApiKey={secrets.AdyenApiKey}", $"--Gateways:Adyen:BaseUrl={origin}/v72",
            $"--Gateways:Adyen:MerchantAccount={secrets.AdyenMerchantAccount}",
            $"--Gateways:PayPal:ClientId={secrets.PayPalClientId}", $"--Gateways:PayPal:ClientSecret={secrets.PayPalClientSecret}",
            $"--Gateways:PayPal:BaseUrl={origin}", "--Api:CompleterPollMs=100");
    }

    public async Task DisposeAsync()
    {
        await _api!.DisposeAsync();
        await _ingress!.DisposeAsync();
        await _processors!.DisposeAsync();
        await _simulator!.DisposeAsync();
        await _database!.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory, InlineData("stripe"), InlineData("adyen"), InlineData("paypal")]
    public async Task F33_webhooks_before_the_reply_and_after_it_end_in_the_same_books(string gateway)
    {
        await KnobsAsync("""{"webhookBeforeReply":{"share":1}}""");
        var before = await LifeAsync(gateway);
        await KnobsAsync("{}");
        var after = await LifeAsync(gateway);

        Assert.Equal(after, before);
        Assert.Contains("PARTIALLY_REFUNDED", after, StringComparison.Ordinal);
    }

    [Theory, InlineData(1), InlineData(0)]
    public async Task F33_a_method_that_a_first_payment_stores_is_our_users_whichever_comes_first(int share)
    {
        await KnobsAsync($$$"""{"webhookBeforeReply":{"share":{{{share}}}}}""");
        var user = $"user-{share}";
        var made = await PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount = 1000, currency = "EUR", gateway = "stripe", token = await TokenAsync("stripe"), confirm = true,
            userId = user, saveMethod = true, returnUrl = "https://shop.example/back",
        }));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);

        await Eventually.Async(async () =>
        {
            var kept = (await _api!.GetAsync($"/v1/users/{user}/payment-methods")).Json.GetProperty("items");
            return kept.GetArrayLength() == 1 && await SimulatorIsQuietAsync();
        }, soon);
        Assert.Equal(0, await ScalarAsync<long>(
            "SELECT count(*) FROM books.payment_methods WHERE user_id LIKE 'cus%'", made.Json.GetProperty("paymentId").GetString()!));
    }

    [Theory, InlineData("stripe"), InlineData("adyen"), InlineData("paypal")]
    public async Task What_is_still_held_is_taken_after_a_part_of_what_was_taken_went_back(string gateway)
    {
        await KnobsAsync("{}");
        var made = await PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount = 100, currency = "EUR", captureMethod = "manual", gateway, token = await TokenAsync(gateway),
            confirm = true, returnUrl = "https://shop.example/back",
        }));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        var id = made.Json.GetProperty("paymentId").GetString()!;

        await TakenOnAsync($"/v1/payments/{id}/capture", """{"amount":60,"final":false}""");
        await UntilAsync(id, "PARTIALLY_CAPTURED");
        await TakenOnAsync("/v1/refunds", $$"""{"paymentId":"{{id}}","amount":20}""");
        await UntilAsync(id, "PARTIALLY_REFUNDED");
        var much = await PostAsync($"/v1/payments/{id}/capture", """{"amount":41}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_too_large"), (much.Status, much.Code));
        await TakenOnAsync($"/v1/payments/{id}/capture", """{"amount":40,"final":true}""");

        await Eventually.Async(async () => await OpenOperationsAsync(id) == 0, soon);
        var payment = (await _api!.GetAsync($"/v1/payments/{id}")).Json;
        Assert.Equal(
            ("PARTIALLY_REFUNDED", 100, 20),
            (payment.GetProperty("status").GetString(), payment.GetProperty("amountCaptured").GetInt64(),
                payment.GetProperty("amountRefunded").GetInt64()));
        var more = await PostAsync($"/v1/payments/{id}/capture", """{"amount":1}""");
        Assert.Equal((HttpStatusCode.Conflict, "payment_state"), (more.Status, more.Code));
    }

    private async Task TakenOnAsync(string path, string body)
    {
        var answer = await PostAsync(path, body);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted, answer.Body);
    }

    /// <summary>The gateways' answers and webhooks word a decline differently; the books say it as the caller was told.</summary>
    [Theory, InlineData("stripe", 1), InlineData("stripe", 0), InlineData("adyen", 1), InlineData("adyen", 0), InlineData("paypal", 0)]
    public async Task F33_why_a_payment_was_declined_stays_what_the_answer_said(string gateway, int share)
    {
        await KnobsAsync($$$"""{"webhookBeforeReply":{"share":{{{share}}}}}""");
        var declined = await PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount = 1000, currency = "EUR", gateway, token = await TokenAsync(gateway, "declined"), confirm = true,
            returnUrl = "https://shop.example/back",
        }));
        Assert.True(declined.Status == HttpStatusCode.PaymentRequired, declined.Body);
        var id = declined.Json.GetProperty("payment").GetProperty("paymentId").GetString()!;
        var events = gateway switch { "stripe" => 2, "adyen" => 1, _ => 0 };
        await Eventually.Async(
            async () => await SimulatorIsQuietAsync()
                && await ScalarAsync<long>("SELECT count(*) FROM books.inbox WHERE payment_id = @id", id) >= events, soon);

        var shown = (await _api!.GetAsync($"/v1/payments/{id}")).Json;

        Assert.Equal(declined.Json.GetProperty("failure").GetRawText(), shown.GetProperty("failure").GetRawText());
    }

    /// <summary>Held, taken, given back in part; then the books of it, once everything is told.</summary>
    private async Task<string> LifeAsync(string gateway)
    {
        var made = await PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount = 1000, currency = "EUR", captureMethod = "manual", gateway, token = await TokenAsync(gateway),
            confirm = true, returnUrl = "https://shop.example/back",
        }));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        var id = made.Json.GetProperty("paymentId").GetString()!;
        var capture = await PostAsync($"/v1/payments/{id}/capture", "{}");
        Assert.True(capture.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, capture.Body);
        await UntilAsync(id, "SUCCEEDED");
        var refund = await PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}","amount":300}""");
        Assert.True(refund.Status is HttpStatusCode.Created or HttpStatusCode.Accepted, refund.Body);
        await UntilAsync(id, "PARTIALLY_REFUNDED");
        await Eventually.Async(async () => await SimulatorIsQuietAsync() && await OpenOperationsAsync(id) == 0, soon);
        return await DigestAsync(id);
    }

    private Task UntilAsync(string id, string status) => Eventually.Async(
        async () => (await _api!.GetAsync($"/v1/payments/{id}")).Json.GetProperty("status").GetString() == status, soon);

    private async Task<bool> SimulatorIsQuietAsync()
    {
        var summary = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address, "/simulator/truth/summary"));
        return summary.GetProperty("webhooksUnderWay").GetInt32() == 0;
    }

    private Task<long> OpenOperationsAsync(string id) =>
        ScalarAsync<long>("SELECT open_operations::bigint FROM books.payments WHERE id = @id", id);

    // Fees are left out: the simulator draws them.
    private Task<string> DigestAsync(string id) => ScalarAsync<string>("""
        SELECT concat_ws('|', p.status, p.captured, p.authorized, p.refunded, p.refund_pending, p.capture_reserved, p.refund_reserved,
            (SELECT string_agg(kind || amount, ',' ORDER BY kind, amount) FROM books.journal WHERE owner = p.id AND kind <> 'fee'),
            (SELECT string_agg(DISTINCT event_type, ',') FROM books.transitions WHERE payment_id = p.id),
            (SELECT string_agg(kind || state, ',' ORDER BY kind) FROM books.api_operations WHERE payment_id = p.id))
        FROM books.payments AS p
        WHERE p.id = @id
        """, id);

    private async Task<T> ScalarAsync<T>(string sql, string id)
    {
        await using var connection = await _database!.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, new { id = Guid.ParseExact(id["pay_".Length..], "N") }))!;
    }

    private Task<ApiAnswer> PostAsync(string path, string json) => _api!.PostAsync(path, json, ("Idempotency-Key", $"meeting-{++_keys}"));

    private async Task<string> TokenAsync(string gateway, string outcome = "succeeds")
    {
        var tokens = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address, "/simulator/test-tokens"));
        return tokens.GetProperty(gateway).EnumerateArray()
            .First(token => token.GetProperty("outcome").GetString() == outcome).GetProperty("token").GetString()!;
    }

    private async Task KnobsAsync(string json)
    {
        var ingress = $"\"ingress\":\"{_ingress!.Address.ToString().TrimEnd('/')}\"";
        var knobs = json == "{}" ? $"{{{ingress}}}" : $"{{{ingress},{json[1..]}";
        using var content = new StringContent(knobs, Encoding.UTF8, "application/json");
        using var response = await _http.PutAsync(new Uri(_address, "/simulator/knobs"), content);
        response.EnsureSuccessStatusCode();
    }
}
