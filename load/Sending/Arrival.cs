namespace PaymentPipeline.Load.Sending;

/// <param name="Number">Of the request.</param>
/// <param name="Due">When it was meant to be sent the first time, by the stopwatch.</param>
/// <param name="Attempt">0 for the first.</param>
internal readonly record struct Arrival(long Number, long Due, int Attempt);
