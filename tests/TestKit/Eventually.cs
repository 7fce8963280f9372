using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PaymentPipeline.TestKit;

/// <summary>Waits for what another process or thread does, without a fixed sleep.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit; the message is the condition's own text.</exception>
    public static async Task Async(
        Func<Task<bool>> condition, TimeSpan limit, [CallerArgumentExpression(nameof(condition))] string asked = "")
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {asked}");
            await Task.Delay(Pause);
        }
    }

    /// <inheritdoc cref="Async(Func{Task{bool}}, TimeSpan, string)"/>
    public static Task Async(
        Func<bool> condition, TimeSpan limit, [CallerArgumentExpression(nameof(condition))] string asked = "") =>
        Async(() => Task.FromResult(condition()), limit, asked);
}
