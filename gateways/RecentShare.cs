namespace PaymentPipeline.Gateways;

/// <summary>Of what happened within the last while, which share failed. In ten pieces of time: the old falls out bit by bit.</summary>
internal sealed class RecentShare(TimeSpan window, TimeProvider time)
{
    private const int Pieces = 10;

    private readonly Lock _gate = new();
    private readonly (long Number, int All, int Failed)[] _pieces = new (long, int, int)[Pieces];

    /// <summary>0 to 1; 0 when nothing happened.</summary>
    public double Value
    {
        get
        {
            lock (_gate)
            {
                var oldest = NumberNow() - Pieces;
                var alive = _pieces.Where(piece => piece.Number > oldest).ToList();
                var all = alive.Sum(piece => piece.All);
                return all == 0 ? 0 : (double)alive.Sum(piece => piece.Failed) / all;
            }
        }
    }

    /// <returns>What it was given.</returns>
    public bool Note(bool failed)
    {
        lock (_gate)
        {
            var number = NumberNow();
            ref var piece = ref _pieces[number % Pieces];
            if (piece.Number != number) piece = (number, 0, 0);
            piece.All++;
            if (failed) piece.Failed++;
            return failed;
        }
    }

    private long NumberNow() => time.GetUtcNow().UtcTicks / Math.Max(1, window.Ticks / Pieces);
}
