namespace PaymentPipeline.Api.Events;

internal static class EventsRegistration
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddOptions<EventsOptions>().BindConfiguration(EventsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FeedWaiting>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedWaiting>());
        return services;
    }
}
