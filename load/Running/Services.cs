using System.Globalization;

namespace PaymentPipeline.Load.Running;

/// <summary>The processes of a running system, by the files that <c>up</c> leaves: a service started again has another id.</summary>
internal sealed class Services(DirectoryInfo data)
{
    public static readonly string[] Names = ["ingress", "processors", "api", "simulator"];

    /// <summary>Null when it is not running.</summary>
    public int? ProcessId(string service)
    {
        var file = Path.Combine(data.FullName, "logs", $"{service}.pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && Directory.Exists($"/proc/{id}") ? id : null;
    }

    /// <summary>As if the machine had lost it: <c>up</c> starts it again.</summary>
    public bool Kill(string service) => ProcessId(service) is { } id && Signals.Send(id, Signals.Kill);
}
