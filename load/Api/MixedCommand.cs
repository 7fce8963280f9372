using System.CommandLine;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;
using PaymentPipeline.Load.Sending;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Api;

/// <summary>A shop's whole day at once: webhooks, payments through the API, and questions about payments.</summary>
internal static class MixedCommand
{
    private const double Duplicates = 0.1;
    private const double Fresh = 0.05;

    private sealed record Rates(double Webhooks, double Creates, double Reads, double Seconds);

    public static Command Build()
    {
        var rate = new Option<double>("--rate") { Description = "Webhooks a second.", DefaultValueFactory = _ => 1000 };
        var creates = new Option<double>("--creates") { Description = "Payments created a second.", DefaultValueFactory = _ => 100 };
        var reads = new Option<double>("--reads") { Description = "Payments looked up a second.", DefaultValueFactory = _ => 200 };
        var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 30 };
        var command = new Command("mixed", """
            Webhooks, payments created through the API and payments looked up, at once.

            Example:
              ./pipeline load mixed --rate 2000 --creates 200 --reads 500
            """) { rate, creates, reads, seconds };
        var options = LoadOptions.AddTo(command).WithWarmUp(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            options.Read(parsed, "mixed"),
            new Rates(parsed.GetValue(rate), parsed.GetValue(creates), parsed.GetValue(reads), parsed.GetValue(seconds)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RunSettings settings, Rates rates, CancellationToken cancellationToken)
    {
        if (rates is not { Webhooks: > 0, Creates: > 0, Reads: > 0, Seconds: > 0 })
            throw new UserErrorException("--rate, --creates, --reads and --seconds: choose numbers above 0.");
        var view = new LiveView("mixed", settings.Json);
        await using var target = await Target.OpenAsync(settings, view.Say, cancellationToken);
        await using var token = await DevelopmentToken.MakeAsync(target.System.Data, cancellationToken);
        var requests = new ApiRequests(
            target.System, token, settings.Seed, TemplateWords.RunAt(TimeProvider.System.GetUtcNow()));
        RateCurve Curve(string name, double rate) => new((name, rates.Seconds, rate, rate));
        SideLoop Beside(string name, IRequestSource source, double rate) => new(
            name, new OpenLoop([target.System.Api], source, new OpenLoopSettings(settings.Connections, Fresh, 0, settings.Seed)),
            Curve(name, rate));
        var webhooks = new WebhookSettings(
            Curve("mixed", rates.Webhooks), Fresh, Duplicates, Bytes: null, Adyen: 0.2, PayPal: 0.1, Kills: []);
        var run = new WebhookRun(settings, webhooks, target, view)
        {
            Beside = mix =>
            [
                Beside("payments created", requests.Creates(), rates.Creates),
                Beside("payments looked up", requests.Reads(mix), rates.Reads),
            ],
        };
        return await Output.WriteAsync(await run.PlayAsync(cancellationToken), settings);
    }
}
