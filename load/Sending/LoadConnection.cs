using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Load.Sending;

/// <summary>One connection of the generator with what it needs to write requests.</summary>
internal sealed class LoadConnection(IPEndPoint server, ISender sender) : IDisposable
{
    private readonly KeepAliveConnection _connection = new(server);
    private long _askedAt;

    /// <returns>The answer's status, 0 for none.</returns>
    public async ValueTask<int> AskAsync(long number)
    {
        Volatile.Write(ref _askedAt, Stopwatch.GetTimestamp());
        var status = await _connection.AskAsync(sender.Write(number));
        Volatile.Write(ref _askedAt, 0);
        return status;
    }

    /// <summary>The next request goes over a fresh connection.</summary>
    public void Close() => _connection.Close();

    /// <summary>Gives up on an answer that did not come in time, as gateways do.</summary>
    public void CloseWhenLate(TimeSpan limit)
    {
        if (Volatile.Read(ref _askedAt) is var askedAt and > 0 && Stopwatch.GetElapsedTime(askedAt) > limit) _connection.Close();
    }

    public void Dispose()
    {
        _connection.Dispose();
        sender.Dispose();
    }
}
