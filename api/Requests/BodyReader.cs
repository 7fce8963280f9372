using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>Reads a whole body, at most <see cref="ServerLimits.BodyBytesMax"/> bytes.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 4096;

    /// <exception cref="RefusalException">It is larger, or empty.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > ServerLimits.BodyBytesMax) throw new RefusalException(Problems.PayloadTooLarge);
        var buffer = new byte[request.ContentLength + 1 ?? FirstBuffer];
        var length = 0;
        for (int read; (read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
            if (length > ServerLimits.BodyBytesMax) throw new RefusalException(Problems.PayloadTooLarge);
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, ServerLimits.BodyBytesMax + 1));
        }
        return length == 0 ? throw new RefusalException(Problems.InvalidJson, "The body is empty.") : buffer.AsMemory(0, length);
    }
}
