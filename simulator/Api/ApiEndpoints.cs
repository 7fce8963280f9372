using System.Buffers;
using System.Text.Json;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Api;

/// <summary>What a test asks the simulator beside the gateways' own APIs: knobs, the truth, tokens to pay with.</summary>
internal static class ApiEndpoints
{
    public static void MapSimulatorControl(this WebApplication app, ApiFloor floor, IReadOnlyList<GatewayApi> gateways)
    {
        app.MapGet("/simulator/knobs", () => Results.Json(
            floor.Faults.ToDictionary(pair => pair.Key, pair => pair.Value.Knobs), SimulatorJson.Default.DictionaryStringKnobs));
        app.MapPut("/simulator/knobs", (Knobs knobs) => Set(floor.Faults.Values, knobs));
        app.MapPut("/simulator/knobs/{gateway}", (string gateway, Knobs knobs) =>
            floor.Faults.TryGetValue(gateway, out var faults) ? Set([faults], knobs) : Results.NotFound());

        app.MapGet("/simulator/test-tokens", () => Results.Json(
            gateways.ToDictionary(gateway => gateway.Name, gateway => gateway.TestTokens),
            SimulatorJson.Default.DictionaryStringIReadOnlyListTestToken));
        app.MapGet("/simulator/truth/effects", (string? key, string? gateway, string? paymentId, string? gatewayPaymentId) =>
            Effects(floor, key, effect => Fits(gateway, effect.Gateway) && Fits(paymentId, effect.PaymentId)
                && Fits(gatewayPaymentId, effect.GatewayPaymentId)));
        app.MapGet("/simulator/truth/payments", (string? gateway, string? paymentId, string? gatewayPaymentId) =>
            Payments(floor, payment => Fits(gateway, payment.Gateway) && Fits(paymentId, payment.PaymentId)
                && Fits(gatewayPaymentId, payment.GatewayPaymentId)));
        app.MapGet("/simulator/truth/summary", () => Summary(floor));
    }

    private static IResult Set(IEnumerable<Faults> faults, Knobs knobs)
    {
        var problems = knobs.Problems().ToArray();
        if (problems.Length > 0) return Results.Json(new Problem(problems), SimulatorJson.Default.Problem, statusCode: 400);
        // Each gateway counts down its own.
        foreach (var one in faults) one.Set(knobs.Copy());
        return Results.NoContent();
    }

    private static bool Fits(string? wanted, string? actual) => wanted is null || wanted == actual;

    private static IResult Effects(ApiFloor floor, string? key, Func<Effect, bool> fits) => Json(json =>
    {
        json.WriteStartArray("effects");
        lock (floor.Lock)
            foreach (var effect in key is null ? floor.Truth.Effects : floor.Truth.EffectsOf(key))
                if (fits(effect)) effect.Write(json);
        json.WriteEndArray();
    });

    private static IResult Payments(ApiFloor floor, Func<PaymentTruth, bool> fits) => Json(json =>
    {
        json.WriteStartArray("payments");
        lock (floor.Lock)
            foreach (var payment in floor.Truth.Payments)
                if (fits(payment)) payment.Write(json);
        json.WriteEndArray();
    });

    /// <summary>When <c>webhooksUnderWay</c> is 0 the ingress has taken all there was to tell.</summary>
    private static IResult Summary(ApiFloor floor)
    {
        var progress = floor.Webhooks.Progress();
        return Json(json =>
        {
            lock (floor.Lock)
            {
                json.WriteNumber("payments", floor.Truth.Payments.Count);
                json.WriteNumber("effects", floor.Truth.Effects.Count);
            }
            json.WriteNumber("webhooksUnderWay", floor.Webhooks.UnderWay);
            json.WriteNumber("webhooksAccepted", progress.AcceptedWebhooks);
            json.WriteNumber("webhooksRefused", progress.Refused);
            json.WriteNumber("webhooksUndelivered", progress.Undelivered);
            json.WriteNumber("webhooksDropped", progress.Dropped);
            json.WriteNumber("deliveriesRetried", progress.Retried);
        });
    }

    private static IResult Json(Action<Utf8JsonWriter> writeMembers)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }
        return Results.Bytes(text.WrittenMemory, "application/json");
    }
}
