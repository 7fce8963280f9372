using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentPipeline.Integration.Tests.Hosting;
using PaymentPipeline.Simulator;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The API as the process that users run, real books, and the simulator's Stripe, which knows what really happened.</summary>
public sealed class CrashFixture : IAsyncLifetime
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);
    private readonly Tokens _tokens = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-crash-").FullName;
    private SimulatorHost? _simulator;
    private ServiceProcess? _api;
    private NpgsqlDataSource? _database;
    private string _connectionString = "";
    private Uri _simulatorAddress = null!;

    internal HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(90) };
    internal NpgsqlDataSource Database => _database!;
    private ServiceProcess Api => _api!;

    public async Task InitializeAsync()
    {
        _connectionString = await MoneyFixture.MigratedDatabaseAsync();
        _database = NpgsqlDataSource.Create(_connectionString);
        _simulatorAddress = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}");
        _simulator = await SimulatorHost.StartAsync(_simulatorAddress.Port, _folder, null, TimeProvider.System);
        await StartApiAsync();
    }

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        await _simulator!.DisposeAsync();
        await Database.DisposeAsync();
        Http.Dispose();
        _tokens.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>kill -9, and a new process on the same books. The dead worker's leases are over.</summary>
    internal async Task CrashAsync(Func<Task>? whileDead = null)
    {
        Api.Kill();
        await Api.DisposeAsync();
        if (whileDead is not null) await whileDead();
        await KnobsAsync("{}");
        await ExecuteAsync("UPDATE books.api_operations SET lease_until = clock_timestamp(), next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL");
        await StartApiAsync();
    }

    /// <summary>Cut off when the process dies.</summary>
    internal async Task<HttpStatusCode?> CreateAsync(string key)
    {
        try
        {
            return (await AskAsync(key)).Status;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    internal async Task<ApiAnswer> AskAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Api.Address, "/v1/payments"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.Good());
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new StringContent(
            $$"""{"orderId":"{{key}}","amount":1000,"currency":"EUR","captureMethod":"manual","gateway":"stripe","token":"pm_card_visa","confirm":true}""",
            Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    internal async Task KnobsAsync(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.PutAsync(new Uri(_simulatorAddress, "/simulator/knobs"), content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>How often the gateway really made the payment of that key.</summary>
    internal async Task<int> ChargesAsync(string key)
    {
        var payment = await PaymentAsync(key);
        if (payment is null) return 0;
        var truth = await Http.GetFromJsonAsync<JsonElement>(new Uri(_simulatorAddress, $"/simulator/truth/effects?paymentId={payment}"));
        return truth.GetProperty("effects").EnumerateArray().Count(effect => effect.GetProperty("operation").GetString() == "create");
    }

    /// <summary>Our id of the payment that the key began; null while there is none.</summary>
    internal async Task<string?> PaymentAsync(string key) =>
        await ScalarAsync<string?>("SELECT gateway_key FROM books.api_operations WHERE idempotency_key = @key", new { key });

    internal async Task<string?> StatusAsync(string key) => await ScalarAsync<string?>("""
        SELECT p.status
        FROM books.payments AS p
        JOIN books.api_operations AS o ON o.payment_id = p.id
        WHERE o.idempotency_key = @key
        """, new { key });

    internal async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    private async Task StartApiAsync()
    {
        var secrets = SimulatorSecrets.LoadOrCreate(_folder);
        _api = await ServiceProcess.Start("PaymentPipeline.Api", new Dictionary<string, string>
        {
            ["Database__ConnectionString"] = _connectionString,
            ["Gateways__Stripe__ApiKey"] = secrets.StripeApiKey!,
            ["Gateways__Stripe__BaseUrl"] = _simulatorAddress.ToString().TrimEnd('/'),
            ["Auth__Issuer"] = Tokens.Issuer,
            ["Auth__Audience"] = Tokens.Audience,
            ["Auth__SigningKeys__0"] = _tokens.PublicPem,
            ["Api__CompleterPollMs"] = "100",
        }).LiveAsync();
    }
}
