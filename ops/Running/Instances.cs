namespace PaymentPipeline.Ops.Running;

/// <summary>How many of each are started. One machine gains nothing by more; it shows that they share the work.</summary>
internal sealed record Instances(int Ingresses, int Processors)
{
    /// <summary>As many as have ports (<see cref="Ports"/>).</summary>
    public const int Max = 3;

    /// <summary>The first has the service's own name, the next is "ingress-2".</summary>
    /// <param name="number">From 1.</param>
    public static string Name(string service, int number) => number == 1 ? service : $"{service}-{number}";
}
