using System.Diagnostics;

namespace PaymentPipeline.Ingress;

/// <summary>
/// W3C trace context: continues the caller's trace or begins one, so that a webhook can be followed from here to the event
/// that it causes. Without anybody who listens to traces only the ids are made.
/// </summary>
internal static class TraceContext
{
    private static readonly ActivitySource source = new("PaymentPipeline.Ingress");

    /// <param name="traceParent">What goes with the record.</param>
    public static Activity? Start(IHeaderDictionary headers, out string traceParent)
    {
        var lines = headers.TraceParent;
        ActivityContext caller = default;
        if (lines.Count == 1) ActivityContext.TryParse(lines[0], null, isRemote: true, out caller);
        var activity = source.StartActivity("webhook", ActivityKind.Server, caller);
        traceParent = activity?.Id ?? Continue(in caller);
        return activity;
    }

    private static string Continue(in ActivityContext caller)
    {
        var known = caller.TraceId != default;
        var trace = known ? caller.TraceId : ActivityTraceId.CreateRandom();
        var sampled = known && (caller.TraceFlags & ActivityTraceFlags.Recorded) != 0;
        return string.Concat("00-", trace.ToHexString(), "-",
            string.Concat(ActivitySpanId.CreateRandom().ToHexString(), sampled ? "-01" : "-00"));
    }
}
