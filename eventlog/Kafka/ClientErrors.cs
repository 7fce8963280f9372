using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>The client's error codes in the log's terms.</summary>
internal static class ClientErrors
{
    /// <summary>
    /// Too large will be too large again; everything else may pass with time or with an operator's help, and the caller
    /// answers 503 until then. A timed-out record may be in the log all the same.
    /// </summary>
    public static EventLogException OfAppend(string topic, Error error) => error.Code switch
    {
        ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg =>
            new EventLogException($"Kafka refused a record of {topic} ({error.Code}): {error.Reason}. See the topic's max.message.bytes."),
        ErrorCode.Local_QueueFull =>
            new EventLogUnavailableException(
                "The Kafka client's queue is full (EventLog__AppendQueueBytesMax): the brokers are slower than the load."),
        _ => new EventLogUnavailableException($"Kafka did not acknowledge a record of {topic} ({error.Code}): {error.Reason}."),
    };

    public static EventLogUnavailableException OfRequest(string what, Error error) =>
        new($"Kafka did not {what} ({error.Code}): {error.Reason}.");

    /// <summary>The group has gone on without this member: what it holds belongs to others.</summary>
    public static bool IsFenced(ErrorCode code) => code is
        ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.Local_Fenced;

    /// <summary>
    /// A rebalance or a coordinator's move is under way; the same request may succeed after it. An old generation is no loss by itself:
    /// a rebalance has begun of which this member has not heard, and it keeps what is not taken from it.
    /// </summary>
    public static bool IsPassing(ErrorCode code) => code is
        ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration
        or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupCoordinatorNotAvailable
        or ErrorCode.GroupLoadInProgress or ErrorCode.Local_WaitCoord or ErrorCode.Local_Transport or ErrorCode.Local_TimedOut
        or ErrorCode.RequestTimedOut;

    public static bool IsOffsetGone(ErrorCode code) => code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange;
}
