namespace PaymentPipeline.Hosting;

/// <summary>How a process stops on SIGTERM.</summary>
public sealed class StopOptions
{
    public const string Section = "Stop";

    /// <summary>What is in flight gets this long to end.</summary>
    public static readonly TimeSpan DrainAtMost = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Seconds between "not ready" and the closing of the listener, 0 to 60; default 0. Behind a load balancer set it to
    /// the time it needs to notice.
    /// </summary>
    public int DelaySeconds { get; set; }
}
