using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.Http;

public sealed class MetricsTests
{
    [Fact]
    public async Task Calls_tries_and_outcomes_are_counted()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "PaymentPipeline.Gateways") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        await using var server = await ScriptedServer.StartAsync((context, number) => context.AnswerAsync(number == 1 ? 500 : 200, "{}"));
        using var line = new GatewayHttp("metered", server.Address, new GatewayHttpOptions { RetryDelayMs = 1 }, TimeProvider.System);

        await line.PostAsync();
        await using (var sick = await ScriptedServer.StartAsync(500))
        {
            var options = new GatewayHttpOptions { BreakerTriesMin = 2 };
            using var toSick = new GatewayHttp("metered", sick.Address, options, TimeProvider.System);
            await toSick.PostAsync(GatewayRetry.Never);
            await toSick.PostAsync(GatewayRetry.Never);
        }

        Assert.Equal(
        [
            "retries metered create", "calls metered create answered", "call.duration metered create",
            "calls metered create gateway_error", "call.duration metered create", "breaker.turns metered open",
            "calls metered create gateway_error", "call.duration metered create",
        ], counted);

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = new List<string>();
            foreach (var (_, value) in tags) values.Add($"{value}");
            // Other tests call at the same time.
            var name = instrument.Name["paymentpipeline.gateways.".Length..];
            if (values.Contains("metered")) counted.Enqueue($"{name} {string.Join(' ', values)}");
        }
    }
}
