using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Hosting.Health;

/// <summary>One thing without which the process should get no traffic. Register any number as singletons.</summary>
public interface IReadinessCheck
{
    /// <summary>"event-log", "database": the name in <c>/health/ready</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Null when ready, else one sentence that says why not and holds no secret: it is shown to whoever asks. Asked at
    /// most once a second and given 2 s; an exception or a longer wait means not ready.
    /// </summary>
    Task<string?> CheckAsync(CancellationToken cancellationToken);
}

public static class ReadinessChecks
{
    /// <summary>Registers a check that is one call to a service.</summary>
    public static IServiceCollection AddReadinessCheck<TService>(
        this IServiceCollection services, string name, Func<TService, CancellationToken, Task<string?>> check) where TService : notnull =>
        services.AddSingleton<IReadinessCheck>(provider =>
            new ServiceCheck<TService>(name, provider.GetRequiredService<TService>(), check));

    private sealed class ServiceCheck<TService>(string name, TService service, Func<TService, CancellationToken, Task<string?>> check)
        : IReadinessCheck
    {
        public string Name => name;
        public Task<string?> CheckAsync(CancellationToken cancellationToken) => check(service, cancellationToken);
    }
}
