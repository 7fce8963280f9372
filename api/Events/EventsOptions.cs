using System.ComponentModel.DataAnnotations;

namespace PaymentPipeline.Api.Events;

/// <summary>Settings of the event feed; <c>Events__…</c> in the environment.</summary>
internal sealed class EventsOptions
{
    public const string Section = "Events";

    /// <summary>Readers that wait (long poll and streams) at a time; more are answered 503. Default 500.</summary>
    [Range(1, 100_000)]
    public int WaitersMax { get; set; } = 500;

    /// <summary>How long a stream lasts before the reader has to come back with its last position. Default 30 minutes.</summary>
    [Range(1, 1_440)]
    public int StreamMinutes { get; set; } = 30;

    /// <summary>How often a silent stream says that it is alive. Default 15 seconds.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 15;
}
