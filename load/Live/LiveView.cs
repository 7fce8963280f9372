using System.Globalization;
using PaymentPipeline.Load.Results;
using Spectre.Console;

namespace PaymentPipeline.Load.Live;

/// <summary>What a person sees while a run goes on: a table that moves on a terminal, else a line a second; with --json nothing.</summary>
internal sealed class LiveView(string title, bool isSilent)
{
    private const int LinesKept = 5;
    private readonly Queue<string> _said = new();
    private LiveDisplayContext? _display;
    private Sample? _last;

    /// <summary>Shows what comes while this goes on.</summary>
    public async Task RunAsync(Func<Task> play)
    {
        if (isSilent || Console.IsOutputRedirected)
        {
            await play();
            return;
        }
        await AnsiConsole.Live(new Text(title)).StartAsync(async display =>
        {
            _display = display;
            await play();
            _display = null;
        });
    }

    public void Say(string line)
    {
        if (isSilent) return;
        if (_display is null) Console.WriteLine(line);
        else
        {
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > LinesKept) _said.Dequeue();
            }
            Draw();
        }
    }

    public void Show(Sample sample)
    {
        if (isSilent) return;
        _last = sample;
        if (_display is null) Console.WriteLine(Line(sample));
        else Draw();
    }

    private static string Line(Sample sample) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.At,6:F0} s  offered {sample.Offered,7:N0}  accepted {sample.Accepted,7:N0}  refused {sample.Refused:N0}  "
        + $"failed {sample.Failed:N0}  p50 {sample.Latency?.P50:F1}  p99 {sample.Latency?.P99:F1} ms  lag {sample.Lag:N0}  "
        + $"outbox {sample.Outbox:N0}  {Processes(sample)}");

    private static string Processes(Sample sample) => string.Join("  ", sample.Processes.Select(process =>
        string.Create(CultureInfo.InvariantCulture, $"{process.Name} {process.Cpu * 100:F0} %")));

    private void Draw()
    {
        if (_display is not { } display || _last is not { } now) return;
        var webhooks = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Spectre.Console.Markup.Escape(title)) };
        foreach (var column in new[] { "second", "offered/s", "accepted/s", "refused/s", "failed/s", "p50 ms", "p99 ms", "lag", "outbox" })
            webhooks.AddColumn(new TableColumn(column).RightAligned());
        webhooks.AddRow(
            Number(now.At), Number(now.Offered), Number(now.Accepted), Number(now.Refused), Number(now.Failed),
            Milliseconds(now.Latency?.P50), Milliseconds(now.Latency?.P99), Number(now.Lag), Number(now.Outbox));
        var processes = new Table { Border = TableBorder.Rounded };
        processes.AddColumn("process");
        processes.AddColumn(new TableColumn("CPU").RightAligned());
        processes.AddColumn(new TableColumn("memory").RightAligned());
        foreach (var process in now.Processes)
            processes.AddRow(
                new Text(process.Name), new Text($"{Number(process.Cpu * 100)} %"), new Text($"{Number(process.Rss / 1e6)} MB"));
        string said;
        lock (_said) said = string.Join('\n', _said);
        display.UpdateTarget(new Rows(webhooks, processes, new Text(said)));
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double? value) => value?.ToString("N1", CultureInfo.InvariantCulture) ?? "–";
}
