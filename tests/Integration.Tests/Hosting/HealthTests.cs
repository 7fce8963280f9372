using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Hosting.Health;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task Ready_names_each_check_and_why_it_is_not_ready()
    {
        await using var service = await TestService.StartAsync(services => services
            .AddSingleton<IReadinessCheck>(new Check("good", _ => Task.FromResult<string?>(null)))
            .AddSingleton<IReadinessCheck>(new Check("bad", _ => Task.FromResult<string?>("fsync is off")))
            .AddSingleton<IReadinessCheck>(new Check("broken", _ => throw new InvalidOperationException("password=secret"))));

        var response = await service.Http.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var checks = json.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
        Assert.True(checks["good"].GetProperty("ready").GetBoolean());
        Assert.Equal("fsync is off", checks["bad"].GetProperty("reason").GetString());
        Assert.DoesNotContain("secret", checks["broken"].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_when_every_check_is()
    {
        await using var service = await TestService.StartAsync(services =>
            services.AddSingleton<IReadinessCheck>(new Check("good", _ => Task.FromResult<string?>(null))));

        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task A_check_that_hangs_is_not_ready_within_its_bound_and_live_does_not_care()
    {
        await using var service = await TestService.StartAsync(services =>
            services.AddSingleton<IReadinessCheck>(new Check("hangs", async _ => { await Task.Delay(Timeout.Infinite, CancellationToken.None); return null; })));
        service.Http.Timeout = TimeSpan.FromSeconds(5);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Probes_in_quick_succession_ask_once()
    {
        var asked = 0;
        await using var service = await TestService.StartAsync(services => services.AddSingleton<IReadinessCheck>(
            new Check("counted", _ => { Interlocked.Increment(ref asked); return Task.FromResult<string?>(null); })));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.Http.GetAsync("/health/ready")));

        Assert.InRange(asked, 1, 2);
    }

    private sealed class Check(string name, Func<CancellationToken, Task<string?>> check) : IReadinessCheck
    {
        public string Name => name;
        public Task<string?> CheckAsync(CancellationToken cancellationToken) => check(cancellationToken);
    }
}
