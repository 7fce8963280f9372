using System.IO.Pipelines;

namespace PaymentPipeline.Ingress;

/// <summary>Reads the body as it comes, whatever its length claims, into memory that grows with what has really come.</summary>
internal static class BodyReader
{
    /// <summary>The first buffer follows a Content-Length only so far: a claim costs nothing.</summary>
    private const int TrustedClaimBytes = 16 * 1024;

    /// <summary>Null when the body is complete in <paramref name="body"/>.</summary>
    public static async ValueTask<Refusal?> ReadAsync(
        HttpRequest request, InFlightBody body, int bytesMax, TimeSpan timeout, TimeProvider time)
    {
        var claimed = (int)Math.Min(request.ContentLength ?? 0, TrustedClaimBytes);
        var reader = request.BodyReader;
        CancellationTokenSource? limit = null;
        try
        {
            while (true)
            {
                // Mostly the body came with the head, and no timer is needed.
                if (!reader.TryRead(out var read))
                {
                    limit ??= new CancellationTokenSource(timeout, time);
                    read = await reader.ReadAsync(limit.Token);
                }
                if (Take(read, reader, body, bytesMax, claimed) is { } refusal) return refusal;
                if (read.IsCompleted) return body.Length == 0 ? Refusal.Empty : null;
            }
        }
        catch (BadHttpRequestException bad)
        {
            return Refusal.Of(bad.StatusCode);
        }
        catch (IOException)
        {
            // The server's word for a chunk size beyond any number, and for a caller who is gone and reads no answer.
            return Refusal.Protocol;
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true })
        {
            return Refusal.Slow;
        }
        finally
        {
            limit?.Dispose();
        }
    }

    private static Refusal? Take(ReadResult read, PipeReader reader, InFlightBody body, int bytesMax, int claimed)
    {
        try
        {
            if (body.Length + read.Buffer.Length > bytesMax) return Refusal.TooLarge;
            return body.TryWrite(read.Buffer, claimed) ? null : Refusal.Busy;
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }
}
