namespace PaymentPipeline.Load.Sending;

/// <summary>Requests by number, made when they are sent; the same number is the same request whenever it is sent.</summary>
internal interface IRequestSource
{
    /// <summary>What is counted as one effect when the request was taken: the events in a webhook.</summary>
    int EventsIn(long number);

    /// <summary>One for each connection.</summary>
    ISender NewSender();
}

/// <summary>Writes the requests of one connection, one at a time.</summary>
internal interface ISender : IDisposable
{
    /// <returns>The whole request; good until the next one is written.</returns>
    ReadOnlyMemory<byte> Write(long number);
}
