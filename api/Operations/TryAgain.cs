using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

internal enum NextStep
{
    /// <summary>The same call under the same key: the gateway answers what it answered, or does it now.</summary>
    Send,

    /// <summary>Read back, without effect.</summary>
    LookUp,
}

/// <summary>How an operation whose outcome nobody knows is pursued. Pure.</summary>
internal static class TryAgain
{
    /// <summary>
    /// The longest that a gateway is taken to work on a call whose caller has given up. Only after it "no trace" can mean that
    /// nothing happened.
    /// </summary>
    public static readonly TimeSpan SettlingTime = TimeSpan.FromMinutes(3);

    /// <summary>How long the webhook that tells an accepted operation's outcome is waited for before the outcome is read back.</summary>
    public static readonly TimeSpan WebhookPatience = TimeSpan.FromHours(6);

    private static readonly TimeSpan[] pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
    ];

    /// <summary>How long after a try that told nothing the next one is made.</summary>
    /// <param name="tries">Made so far, that one included.</param>
    public static TimeSpan PauseAfter(int tries) => pauses[Math.Clamp(tries, 1, pauses.Length) - 1];

    /// <summary>
    /// Within the gateway's key window the same call again is safe, and the only way to a definite answer when nothing had
    /// reached it. A gateway that keeps answering with the error it stored under the key is read back in between. The last
    /// tenth of the window is left alone: clocks differ and calls take time.
    /// </summary>
    /// <param name="tries">This one included; the first was the request's own.</param>
    public static NextStep StepAt(TimeSpan age, TimeSpan keyWindow, int tries) =>
        age < keyWindow * 0.9 && tries % 3 != 1 ? NextStep.Send : NextStep.LookUp;

    /// <summary>Whether "no trace of it" settles an operation as never done: not while a call can be on its way, or be sent.</summary>
    public static bool NoTraceIsDefinite(TimeSpan age, TimeSpan keyWindow) => age >= keyWindow && age >= SettlingTime;

    public static GatewayCallKind CallKindOf(ApiOperationKind kind) => kind switch
    {
        ApiOperationKind.Create => GatewayCallKind.Create,
        ApiOperationKind.Confirm => GatewayCallKind.Confirm,
        ApiOperationKind.Capture => GatewayCallKind.Capture,
        ApiOperationKind.Cancel => GatewayCallKind.Cancel,
        ApiOperationKind.Refund => GatewayCallKind.Refund,
        _ => throw new System.Diagnostics.UnreachableException($"{kind} is no operation."),
    };
}
