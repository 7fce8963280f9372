using System.CommandLine;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;

namespace PaymentPipeline.Load.Api;

/// <summary>
/// Payments created a second through the whole API, with a gateway that answers at once (the simulator), and how long one takes at
/// half of that rate; in the same round the floors: the simulator asked directly for the same payment, and an answer without any
/// work. Webhooks and events of the payments flow meanwhile, as they do in earnest.
/// </summary>
internal static class ApiCommand
{
    public static Command Build()
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "Of each measurement.", DefaultValueFactory = _ => 10 };
        var warmUp = new Option<double>("--warm-up")
        {
            Description = "Seconds before each that are not counted.",
            DefaultValueFactory = _ => 5,
        };
        var rate = new Option<double?>("--rate") { Description = "Offered for the latency. Default: half of what was sustained." };
        var command = new Command("api", """
            Payments created a second through the API, and how long one takes at half of that rate, beside the simulator alone.
            With --data the limit of one caller may be in the way: RateLimits__CallerPerSecond=1000000 RateLimits__CallerBurst=1000000
            ./pipeline up --idle. The own system has it out of the way.

            The simulator works for each payment and sends webhooks. What the API takes by itself is seen with a gateway that answers at
            once: give its address, and it is served there.

            Examples:
              ./pipeline load api --rounds 5
              Gateways__Stripe__BaseUrl=http://127.0.0.1:8098 ./pipeline load api
            """) { rounds, seconds, warmUp, rate };
        var options = LoadOptions.AddTo(command, connections: 64);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            options.Read(parsed, "api"),
            new ApiSettings(
                parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                parsed.GetValue(rate)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunSettings settings, ApiSettings api, CancellationToken cancellationToken)
    {
        if (api.Rounds < 1 || api.Seconds <= TimeSpan.Zero || api.Rate <= 0)
            throw new UserErrorException("--rounds, --seconds and --rate: choose numbers above 0.");
        var view = new LiveView("api", settings.Json);
        await using var target = await Target.OpenAsync(settings, view.Say, cancellationToken);
        var report = await new ApiRun(settings, api, target, view).PlayAsync(cancellationToken);
        return await Output.WriteAsync(report, settings);
    }
}

internal sealed record ApiSettings(int Rounds, TimeSpan Seconds, TimeSpan WarmUp, double? Rate);
