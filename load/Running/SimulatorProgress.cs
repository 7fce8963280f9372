using System.Text.Json;

namespace PaymentPipeline.Load.Running;

/// <summary>What the simulator still has to tell of the payments that the API made.</summary>
internal static class SimulatorProgress
{
    private static readonly HttpClient http = new();

    /// <summary>Until all its webhooks were taken; twice in a row, as one payment may lie between two of its events.</summary>
    public static async Task WaitUntilToldAsync(RunningSystem system, CancellationToken cancellationToken)
    {
        var summary = new Uri($"http://{system.Simulator}/simulator/truth/summary");
        for (var quiet = 0; quiet < 2;)
        {
            using var told = JsonDocument.Parse(await http.GetStringAsync(summary, cancellationToken));
            quiet = told.RootElement.GetProperty("webhooksUnderWay").GetInt32() == 0 ? quiet + 1 : 0;
            await Task.Delay(250, cancellationToken);
        }
    }
}
