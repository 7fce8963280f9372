namespace PaymentPipeline.Load.Sending;

/// <summary>The free connections, and the arrivals that wait for one; one of the two is always empty.</summary>
internal sealed class WaitingRoom(IEnumerable<LoadConnection> connections, int waitingMax)
{
    private readonly Lock _gate = new();
    private readonly Stack<LoadConnection> _free = new(connections);
    private readonly Queue<Arrival> _waiting = new();

    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>The connection to send on at once; else the arrival waits, or overflows.</summary>
    public LoadConnection? Enter(in Arrival arrival, out bool overflows)
    {
        lock (_gate)
        {
            overflows = false;
            if (_free.TryPop(out var connection)) return connection;
            if (_waiting.Count < waitingMax) _waiting.Enqueue(arrival);
            else overflows = true;
            return null;
        }
    }

    /// <returns>False when nobody waits: then the connection is free for the next that comes.</returns>
    public bool Next(LoadConnection connection, out Arrival arrival)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out arrival)) return true;
            _free.Push(connection);
            return false;
        }
    }

    public void Clear()
    {
        lock (_gate) _waiting.Clear();
    }
}
