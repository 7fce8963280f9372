using System.Globalization;
using PaymentPipeline.Ops.Commands;

namespace PaymentPipeline.Ops.Running;

/// <summary>
/// Everything that <c>up</c> starts, in order: PostgreSQL, Kafka when asked for, simulator, ingress, processors, api.
/// Stopped in the opposite order, so that nothing acknowledged is left behind a closed door.
/// </summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private readonly List<ServiceProcess> _services = [];
    private readonly Dictionary<string, string> _settings = [];

    /// <summary>What lets its holder move money: for the api only.</summary>
    private readonly Dictionary<string, string> _apiSettings = [];
    private readonly DirectoryInfo _data;
    private readonly string _engine;
    private readonly int _portBase;
    private readonly Instances _instances;
    private readonly Action<string> _say;
    private PrivatePostgres? _postgres;
    private PrivateKafka? _kafka;

    private RunningSystem(DirectoryInfo data, string engine, int portBase, Instances instances, Action<string> say)
    {
        (_data, _engine, _portBase, _instances, _say) = (data, engine, portBase, instances, say);
        Ports = Ports.From(portBase);
        // More of a batch's transactions at a time than the one PostgreSQL has cores for: each is smaller and waits for the others.
        if (instances.Processors > 1) _settings["Processors__Lanes"] = "1";
    }

    public Ports Ports { get; }
    public IReadOnlyList<ServiceProcess> Services => _services;

    /// <summary>False where the environment says whose tokens are good for the API.</summary>
    public static bool TrustsDevelopmentKey =>
        DevelopmentKey.IsAllowed && !IsSet("Auth__SigningKeys__0") && !IsSet("Auth__JwksUri");

    public static async Task<RunningSystem> StartAsync(DirectoryInfo data, string engine, int portBase, Instances instances,
        Action<string> say, CancellationToken cancellationToken)
    {
        data.Create();
        if (SystemState.Load(data) is { } other && other.IsRunning())
            throw new UserErrorException(
                $"a system runs already in {data.FullName} (process {other.ProcessId}, ports from {other.PortBase}): stop it with Ctrl-C, or choose another --data and --port-base.");
        var system = new RunningSystem(data, engine, portBase, instances, say);
        system.Ports.RequireFree(withKafka: engine == "kafka" && !IsSet("EventLog__Kafka__BootstrapServers"), instances);
        try
        {
            await system.StartStoresAsync(cancellationToken);
            await system.StartSimulatorAsync(cancellationToken);
            await system.StartServicesAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _services.Count - 1; i >= 0; i--) await _services[i].DisposeAsync();
        if (_kafka is not null) await _kafka.DisposeAsync();
        if (_postgres is not null) await _postgres.StopAsync();
    }

    private async Task StartStoresAsync(CancellationToken cancellationToken)
    {
        if (IsSet("Database__ConnectionString")) _say("PostgreSQL: the one that Database__ConnectionString names");
        else
        {
            _say("PostgreSQL: starting a private one ...");
            _postgres = await PrivatePostgres.StartAsync(_data, cancellationToken);
            _settings["Database__ConnectionString"] = _postgres.ConnectionString;
        }
        _settings["EventLog__Engine"] = _engine;
        if (_engine == "kafka" && !IsSet("EventLog__Kafka__BootstrapServers"))
        {
            _say("Kafka: starting one broker ...");
            _kafka = await PrivateKafka.StartAsync(_data, Ports.Kafka, cancellationToken);
            _settings["EventLog__Kafka__BootstrapServers"] = _kafka.BootstrapServers;
        }
        SaveState();
        _say("Migrating the database and the log's topics ...");
        await MigrateCommand.ApplyAsync(SystemState.Configuration(_data), cancellationToken);
    }

    private async Task StartSimulatorAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_data.FullName, "simulator");
        Directory.CreateDirectory(folder);
        await StartAsync("simulator", Ports.Simulator,
            [
                "serve", "--port", Ports.Simulator.ToString(CultureInfo.InvariantCulture), "--data", folder,
                "--ingress", $"http://127.0.0.1:{Ports.Ingress}",
            ],
            cancellationToken);
        var secrets = SimulatorSecrets.Load(folder);
        _settings["Gateways__Stripe__WebhookSecrets__0"] = secrets.StripeSecret;
        _settings["Gateways__Adyen__HmacKeys__0"] = secrets.AdyenHmacKey;
        _settings["Gateways__Adyen__MerchantAccount"] = secrets.AdyenMerchantAccount;
        _settings["Gateways__PayPal__WebhookId"] = secrets.PayPalWebhookId;
        _settings["Gateways__PayPal__TrustedRoots__0"] = Path.Combine(folder, "paypal-root.pem");
        _settings["Gateways__PayPal__CertificateHosts__0"] = $"http://127.0.0.1:{Ports.Simulator}";
        SetGatewayApis(secrets);
        TrustDevelopmentKey();
        SaveState();
    }

    /// <summary>What the simulator lets in; absent where it stands in for the webhooks only.</summary>
    private void SetGatewayApis(SimulatorSecrets secrets)
    {
        var credentials = new Dictionary<string, string?>
        {
            ["Gateways__Stripe__ApiKey"] = secrets.StripeApiKey,
            ["Gateways__Adyen__ApiKey"] = secrets.AdyenApiKey,
            ["Gateways__PayPal__ClientId"] = secrets.PayPalClientId,
            ["Gateways__PayPal__ClientSecret"] = secrets.PayPalClientSecret,
        };
        foreach (var (name, value) in credentials)
            if (value is not null)
                _apiSettings[name] = value;
        foreach (var gateway in new[] { "Stripe", "Adyen", "PayPal" })
            _apiSettings[$"Gateways__{gateway}__BaseUrl"] = $"http://127.0.0.1:{Ports.Simulator}";
        // Adyen's address holds its version, and it takes no payment without a way back.
        _apiSettings["Gateways__Adyen__BaseUrl"] += "/v72";
        _apiSettings["Gateways__Adyen__ReturnUrl"] = "https://shop.example/return";
    }

    /// <summary>Tokens for the API are signed with a key of this folder, unless the environment says whose tokens are good.</summary>
    private void TrustDevelopmentKey()
    {
        if (!TrustsDevelopmentKey) return;
        _apiSettings["Auth__SigningKeys__0"] = DevelopmentKey.CreateOnce(_data);
        _apiSettings["Auth__Issuer"] = DevelopmentKey.Issuer;
        _apiSettings["Auth__Audience"] = DevelopmentKey.Audience;
    }

    // As the services got them: the environment wins.
    private void SaveState() => new SystemState
    {
        Engine = _engine,
        PortBase = _portBase,
        Ingresses = _instances.Ingresses,
        Processors = _instances.Processors,
        ProcessId = Environment.ProcessId,
        Settings = _settings.Concat(_apiSettings).ToDictionary(
            pair => pair.Key, pair => Environment.GetEnvironmentVariable(pair.Key) ?? pair.Value),
    }.Save(_data);

    private async Task StartServicesAsync(CancellationToken cancellationToken)
    {
        for (var number = 1; number <= _instances.Ingresses; number++)
            await StartAsync("ingress", Ports.IngressOf(number), [], cancellationToken, number);
        for (var number = 1; number <= _instances.Processors; number++)
            await StartAsync("processors", Ports.ProcessorsOf(number), [], cancellationToken, number);
        await StartAsync("api", Ports.Api, [], cancellationToken);
    }

    private async Task StartAsync(
        string program, int port, IReadOnlyList<string> arguments, CancellationToken cancellationToken, int number = 1)
    {
        var name = Instances.Name(program, number);
        _say($"{name}: starting on port {port} ...");
        var logs = Path.Combine(_data.FullName, "logs");
        Directory.CreateDirectory(logs);
        var known = program == "api" ? _settings.Concat(_apiSettings) : _settings;
        var settings = new Dictionary<string, string>(known) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        var service = new ServiceProcess(program, port, arguments, settings, Path.Combine(logs, $"{name}.log"))
        {
            Name = name,
            Report = _say,
            ReadyPath = program == "simulator" ? "/health/live" : "/health/ready",
        };
        _services.Add(service);
        await service.StartAsync(cancellationToken);
    }

    private static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
}
