using System.CommandLine;

namespace PaymentPipeline.Simulator.Commands;

/// <summary>What both commands need: a port, because PayPal's certificates are fetched from us, and a folder.</summary>
internal sealed class CommonOptions
{
    public Option<int> Port { get; } = new("--port") { Description = "Where the simulator listens.", DefaultValueFactory = _ => 8083 };

    public Option<DirectoryInfo> Data { get; } = new("--data")
    {
        Description = "Holds secrets.json, paypal-root.pem and the folder truth.",
        DefaultValueFactory = _ => new DirectoryInfo(".data/simulator"),
    };

    public Option<Uri?> Address { get; } = new("--address")
    {
        Description = "How the ingress reaches the simulator, for PayPal's certificates. Default: http://127.0.0.1:PORT.",
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) ? uri : Refuse(result),
    };

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--address '{result.Tokens[0].Value}' is not an address: write http://host:port.");
        return null;
    }
}
