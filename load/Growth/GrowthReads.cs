using System.Text;
using PaymentPipeline.Load.Api;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load.Growth;

/// <summary>The API's readers, each asked for payments from all over the books.</summary>
internal sealed class GrowthReads(RunningSystem system, DevelopmentToken token, Growth growth, int seed)
{
    private const int Connections = 4;
    private readonly Random _random = new(seed);
    private readonly GrownPayment _payment = new(growth.Payments, growth.At);

    private IEnumerable<(string Name, Func<string> Path)> Routes =>
    [
        ("GET /v1/payments/{id}", () => $"/v1/payments/{Id}"),
        ("GET /v1/payments?orderId", () => $"/v1/payments?orderId={_payment.OrderId}"),
        ("GET /v1/payments?userId", () => $"/v1/payments?userId={_payment.UserId}"),
        ("GET /v1/payments?gatewayPaymentId", () => $"/v1/payments?gatewayPaymentId={_payment.Intent}"),
        ("GET /v1/payments, newest", () => "/v1/payments?limit=50"),
        ("GET /v1/payments, from a month", () => $"/v1/payments?limit=50&to={_payment.At:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
        ("GET /v1/payments/{id}/transactions", () => $"/v1/payments/{Id}/transactions"),
        ("GET /v1/payments/{id}/timeline", () => $"/v1/payments/{Id}/timeline"),
        ("GET /v1/refunds?paymentId", () => $"/v1/refunds?paymentId={Id}"),
        ("GET /v1/disputes", () => "/v1/disputes?limit=50"),
        ("GET /v1/events", () => "/v1/events?limit=100"),
    ];

    private string Id => $"pay_{_payment.Id:N}";

    /// <param name="count">Requests to each route.</param>
    public async Task<IReadOnlyList<RoundResult>> AskAsync(string prefix, int count, CancellationToken cancellationToken)
    {
        var results = new List<RoundResult>();
        foreach (var (name, path) in Routes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var requests = Enumerable.Range(0, count).Select(_ => Request(path)).ToList();
            await SocketDriver.DriveAsync([system.Api], requests[..(count / 10 + 1)], Connections);
            var driven = await SocketDriver.DriveAsync([system.Api], requests, Connections);
            results.Add(new RoundResult($"{prefix}{name}", driven.PerSecond, driven.Latency, new Dictionary<string, double>
            {
                ["not answered 200"] = driven.Sent - driven.Ok,
            }));
        }
        return results;
    }

    private ReadOnlyMemory<byte> Request(Func<string> path)
    {
        _payment.Become(_random.NextInt64(growth.Payments));
        return Encoding.ASCII.GetBytes($"GET {path()} HTTP/1.1\r\nHost: {system.Api}\r\nAuthorization: Bearer {token.Current}\r\n\r\n");
    }
}
