using System.Buffers;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Ingress;

/// <summary>
/// How much we hold at once. Bytes are counted from the first one read, requests only from the last: a caller who sends slowly
/// takes memory by what it has sent and nobody's turn.
/// </summary>
internal sealed class InFlightLimits(IOptions<IngressOptions> options)
{
    private readonly long _bytesMax = options.Value.MaxBufferedBytes;
    private readonly int _requestsMax = options.Value.MaxInFlight;
    private long _bytes;
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);
    public long Bytes => Interlocked.Read(ref _bytes);

    public bool TryTakeBytes(int count)
    {
        if (Interlocked.Add(ref _bytes, count) <= _bytesMax) return true;
        Interlocked.Add(ref _bytes, -count);
        return false;
    }

    public void GiveBytes(int count) => Interlocked.Add(ref _bytes, -count);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _requests) <= _requestsMax) return true;
        Interlocked.Decrement(ref _requests);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _requests);
}

/// <summary>
/// One request's body in a pooled buffer, and its turn. The buffer goes back when the request is over, but never while an
/// append still reads it: <see cref="DisposeAfter"/>.
/// </summary>
internal sealed class InFlightBody(InFlightLimits limits) : IDisposable
{
    private byte[] _buffer = [];
    private bool _entered;
    private bool _handedOver;

    public int Length { get; private set; }
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Adds bytes; false when that is more than may be held now.</summary>
    public bool TryWrite(in ReadOnlySequence<byte> bytes, int expected)
    {
        var length = Length + (int)bytes.Length;
        if (length > _buffer.Length && !TryGrow(Math.Max(length, expected))) return false;
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length = length;
        return true;
    }

    public bool TryEnter() => _entered = limits.TryEnter();

    /// <summary>The append is under way though its time is over: bytes and turn are kept until it ends, either way.</summary>
    public void DisposeAfter(Task append)
    {
        _handedOver = true;
        append.ContinueWith(
            static (ended, body) => ((InFlightBody)body!).EndAfter(ended),
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>
    /// The append failed, and a log that gave up waiting may read the bytes still: the buffer must not become another
    /// request's. It is left to the garbage collector.
    /// </summary>
    public void Abandon()
    {
        limits.GiveBytes(_buffer.Length);
        _buffer = [];
        Length = 0;
    }

    private void EndAfter(Task append)
    {
        // The exception is seen and dropped: the caller was answered 503, and the next append tells how the log is.
        if (append.Exception is not null || append.IsCanceled) Abandon();
        Release();
    }

    public void Dispose()
    {
        if (!_handedOver) Release();
    }

    private bool TryGrow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(least, _buffer.Length * 2));
        if (!limits.TryTakeBytes(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ReturnBuffer();
        _buffer = larger;
        return true;
    }

    private void Release()
    {
        ReturnBuffer();
        Length = 0;
        if (_entered) limits.Leave();
        _entered = false;
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length == 0) return;
        limits.GiveBytes(_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
