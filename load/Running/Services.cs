using System.Globalization;

namespace PaymentPipeline.Load.Running;

/// <summary>The processes of a running system, by the files that <c>up</c> leaves: a service started again has another id.</summary>
internal sealed class Services(RunningSystem system)
{
    /// <summary>The first of several has the service's own name, the next is "ingress-2".</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. All("ingress", system.Ingresses.Count), .. All("processors", system.Processors), "api", "simulator"];

    public static IEnumerable<string> All(string service, int count) =>
        Enumerable.Range(1, count).Select(number => number == 1 ? service : $"{service}-{number}");

    /// <summary>Null when it is not running.</summary>
    public int? ProcessId(string service)
    {
        var file = Path.Combine(system.Data.FullName, "logs", $"{service}.pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && Directory.Exists($"/proc/{id}") ? id : null;
    }

    /// <summary>As if the machine had lost it: <c>up</c> starts it again.</summary>
    public bool Kill(string service) => ProcessId(service) is { } id && Signals.Send(id, Signals.Kill);
}
