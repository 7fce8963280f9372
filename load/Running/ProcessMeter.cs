using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load.Running;

/// <summary>Processor time and memory of everything that shares the machine in a run, from <c>/proc</c>.</summary>
internal sealed class ProcessMeter
{
    // USER_HZ: 100 on every Linux.
    private const double TicksPerSecond = 100;
    private static readonly int pageBytes = Environment.SystemPageSize;

    private readonly Services _services;
    private readonly int? _postmaster;
    private readonly int? _broker;
    private readonly Dictionary<string, double> _cpu = [];
    private readonly Dictionary<string, double> _cpuTotal = [];
    private readonly Dictionary<string, long> _peakRss = [];
    private long _readAt = Stopwatch.GetTimestamp();

    private ProcessMeter(Services services, int? postmaster, int? broker) =>
        (_services, _postmaster, _broker) = (services, postmaster, broker);

    public static async Task<ProcessMeter> StartAsync(RunningSystem system, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT pg_backend_pid()");
        var backend = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        // On another machine the number may be anybody's here.
        var postmaster = Stat(backend) is { Name: "postgres" } stat ? stat.Parent : (int?)null;
        var meter = new ProcessMeter(new Services(system), postmaster, FindBroker(system.Data));
        meter.Skip();
        return meter;
    }

    /// <summary>What was spent until now has no part in the sums.</summary>
    public void Skip()
    {
        var before = CpuSeconds();
        Read();
        foreach (var (name, _) in _cpuTotal) _cpuTotal[name] = before.GetValueOrDefault(name);
    }

    /// <summary>Since the last reading.</summary>
    public IReadOnlyList<ProcessSample> Read()
    {
        var seconds = Stopwatch.GetElapsedTime(_readAt).TotalSeconds;
        _readAt = Stopwatch.GetTimestamp();
        var samples = new List<ProcessSample>();
        foreach (var (name, cpu, rss) in Processes())
        {
            // One that was started again counts from zero.
            var spent = _cpu.TryGetValue(name, out var before) && before <= cpu ? cpu - before : 0;
            _cpu[name] = cpu;
            _cpuTotal[name] = _cpuTotal.GetValueOrDefault(name) + spent;
            _peakRss[name] = Math.Max(_peakRss.GetValueOrDefault(name), rss);
            samples.Add(new ProcessSample(name, Math.Round(spent / seconds, 3), rss));
        }
        return samples;
    }

    /// <summary>Seconds that each has spent until the last reading, without what was skipped.</summary>
    public IReadOnlyDictionary<string, double> CpuSeconds() => new Dictionary<string, double>(_cpuTotal);

    /// <summary>Microseconds of CPU a webhook by process, since <see cref="CpuSeconds"/> gave <paramref name="before"/>.</summary>
    public IReadOnlyDictionary<string, double> SpentSince(IReadOnlyDictionary<string, double> before, long webhooks)
    {
        Read();
        return _cpuTotal.ToDictionary(
            one => $"{one.Key} CPU µs", one => (one.Value - before.GetValueOrDefault(one.Key)) * 1e6 / Math.Max(1, webhooks));
    }

    /// <param name="webhooks">What was accepted meanwhile.</param>
    public IReadOnlyList<ProcessSummary> Summary(long webhooks) =>
        [.. _cpuTotal.Select(one => new ProcessSummary(one.Key, _peakRss[one.Key], one.Value * 1e6 / Math.Max(1, webhooks)))];

    private IEnumerable<(string Name, double Cpu, long Rss)> Processes()
    {
        foreach (var name in _services.Names)
            if (_services.ProcessId(name) is { } id && Stat(id) is { } stat)
                yield return (name, stat.Own, stat.Rss);
        if (_postmaster is { } postmaster && Postgres(postmaster) is var (cpu, rss)) yield return ("postgres", cpu, rss);
        if (_broker is { } broker && Stat(broker) is { } kafka) yield return ("kafka", kafka.Own, kafka.Rss);
        if (Stat(Environment.ProcessId) is { } own) yield return ("load", own.Own, own.Rss);
    }

    /// <summary>The server with its children, the ended ones too; the memory that they share is counted once.</summary>
    private static (double Cpu, long Rss)? Postgres(int postmaster)
    {
        if (Stat(postmaster) is not { } server) return null;
        var (cpu, own, shared) = (server.Own + server.Ended, server.Rss - Shared(postmaster), Shared(postmaster));
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            if (Stat(id) is not { } child || child.Parent != postmaster) continue;
            cpu += child.Own;
            own += child.Rss - Shared(id);
            shared = Math.Max(shared, Shared(id));
        }
        return (cpu, own + shared);
    }

    private static long Shared(int id) => Text($"/proc/{id}/statm") is { } text
        ? long.Parse(text.Split(' ')[2], CultureInfo.InvariantCulture) * pageBytes
        : 0;

    private sealed record ProcessStat(string Name, int Parent, double Own, double Ended, long Rss);

    // pid (name) state ppid …: the 14th to 17th are the processor times, the 24th the resident pages (proc(5)).
    private static ProcessStat? Stat(int id)
    {
        if (Text($"/proc/{id}/stat") is not { } text) return null;
        var (open, close) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
        var fields = text[(close + 2)..].Split(' ');
        double Seconds(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture) / TicksPerSecond;
        return new ProcessStat(
            text[(open + 1)..close], int.Parse(fields[1], CultureInfo.InvariantCulture),
            Own: Seconds(14) + Seconds(15), Ended: Seconds(16) + Seconds(17),
            long.Parse(fields[21], CultureInfo.InvariantCulture) * pageBytes);
    }

    private static int? FindBroker(DirectoryInfo data)
    {
        var settings = Path.Combine(data.FullName, "kafka", "server.properties");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Text(Path.Combine(folder, "cmdline")) is { } line
                && line.Split('\0') is [var program, ..] words && program.EndsWith("java", StringComparison.Ordinal)
                && words.Contains(settings))
                return id;
        return null;
    }

    private static string? Text(string file)
    {
        try
        {
            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (IOException)
        {
            // Ended meanwhile.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
