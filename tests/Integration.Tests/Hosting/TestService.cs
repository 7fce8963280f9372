using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Hosting;

namespace PaymentPipeline.Integration.Tests.Hosting;

/// <summary>A small service on the real server that has what every service has, and what a test adds.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }

    public static async Task<TestService> StartAsync(
        Action<IServiceCollection>? services = null, Action<WebApplication>? routes = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.AddServiceDefaults("test");
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapServiceDefaults();
        routes?.Invoke(app);
        await app.StartAsync();
        return new TestService(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
