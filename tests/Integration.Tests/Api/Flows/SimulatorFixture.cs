using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentPipeline.Integration.Tests.Hosting;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The API with its real clients against the simulator's three gateways.</summary>
public sealed class SimulatorFixture : IAsyncLifetime
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-flows-").FullName;
    private readonly HttpClient _http = new();
    private SimulatorHost? _simulator;
    private NpgsqlDataSource? _database;
    private Uri _address = null!;
    private int _keys;

    internal ApiServer Server { get; private set; } = null!;

    /// <summary>What pays at once, by gateway.</summary>
    internal IReadOnlyDictionary<string, string> Tokens { get; private set; } = null!;

    /// <summary>What the simulator has for tests, by gateway: token, outcome, detail.</summary>
    internal JsonElement TestTokens { get; private set; }

    public async Task InitializeAsync()
    {
        var connectionString = await MoneyFixture.MigratedDatabaseAsync();
        _database = NpgsqlDataSource.Create(connectionString);
        _address = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}");
        _simulator = await SimulatorHost.StartAsync(_address.Port, _folder, null, TimeProvider.System);
        var (origin, secrets) = (_address.ToString().TrimEnd('/'), SimulatorSecrets.LoadOrCreate(_folder));
        Server = await ApiServer.StartAsync(
            connectionString, configure: null, routes: null,
            [
                $"--Gateways:Stripe:ApiKey={secrets.StripeApiKey}", $"--Gateways:Stripe:BaseUrl={origin}",
                $"--Gateways:Adyen:ApiKey={secrets.AdyenApiKey}", $"--Gateways:Adyen:BaseUrl={origin}/v72",
                $"--Gateways:Adyen:MerchantAccount={secrets.AdyenMerchantAccount}",
                $"--Gateways:PayPal:ClientId={secrets.PayPalClientId}", $"--Gateways:PayPal:ClientSecret={secrets.PayPalClientSecret}",
                $"--Gateways:PayPal:BaseUrl={origin}",
                .. new[] { "Stripe", "Adyen", "PayPal" }.SelectMany(name => new[]
                {
                    $"--Gateways:{name}:Http:TryTimeoutMs=8000", $"--Gateways:{name}:Http:CallTimeoutMs=20000",
                    $"--Gateways:{name}:Http:BreakerTriesMin=1000",
                }),
                "--Api:CompleterPollMs=100",
            ]);
        TestTokens = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address, "/simulator/test-tokens"));
        Tokens = TestTokens.EnumerateObject().ToDictionary(
            gateway => gateway.Name,
            gateway => gateway.Value.EnumerateArray().First(token => token.GetProperty("outcome").GetString() == "succeeds").GetProperty("token").GetString()!);
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _simulator!.DisposeAsync();
        await _database!.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal string NewKey() => string.Create(CultureInfo.InvariantCulture, $"sim-{Interlocked.Increment(ref _keys)}");

    internal Task<ApiAnswer> PostAsync(string path, string json, string? key = null) =>
        Server.PostAsync(path, json, ("Idempotency-Key", key ?? NewKey()));

    internal Task<ApiAnswer> CreateAsync(string gateway, string method = "manual", string? key = null, long amount = 1000) => PostAsync(
        "/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount, currency = "EUR", captureMethod = method, gateway, token = Tokens[gateway], confirm = true,
            returnUrl = "https://shop.example/back",
        }), key);

    internal async Task KnobsAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.PutAsync(new Uri(_address, "/simulator/knobs"), content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What the gateway really did for that payment of ours, by kind of request.</summary>
    internal async Task<IReadOnlyList<string>> EffectsAsync(string payment)
    {
        var truth = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address, $"/simulator/truth/effects?paymentId={payment}"));
        return [.. truth.GetProperty("effects").EnumerateArray().Select(effect => effect.GetProperty("operation").GetString()!)];
    }

    internal async Task HurryAsync()
    {
        await using var connection = await _database!.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            UPDATE books.api_operations
            SET lease_until = clock_timestamp(), next_try_at = clock_timestamp()
            WHERE next_try_at IS NOT NULL AND state = 'Unknown'
            """);
    }

    /// <summary>How many are begun and have no known outcome.</summary>
    internal async Task<long> OpenOperationsAsync()
    {
        await using var connection = await _database!.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM books.api_operations WHERE state IN ('Open', 'Unknown')");
    }

    internal async Task<string> StatusAsync(string payment) =>
        (await Server.GetAsync($"/v1/payments/{payment}")).Json.GetProperty("status").GetString()!;
}
