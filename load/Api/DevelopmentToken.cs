using System.Diagnostics;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Api;

/// <summary>A token from the command that makes them, <c>./pipeline token</c>, renewed before its hour is over.</summary>
internal sealed class DevelopmentToken : IAsyncDisposable
{
    private static readonly TimeSpan renewAfter = TimeSpan.FromMinutes(40);

    private readonly CancellationTokenSource _over = new();
    private readonly DirectoryInfo _data;
    private readonly Task _renewing;
    private volatile string _current;

    private DevelopmentToken(DirectoryInfo data, string first, TimeSpan renewAfter)
    {
        (_data, _current) = (data, first);
        _renewing = RenewAsync(renewAfter);
    }

    public string Current => _current;

    /// <param name="renewAfter">Default: well within the hour that a token is good for.</param>
    public static async Task<DevelopmentToken> MakeAsync(
        DirectoryInfo data, CancellationToken cancellationToken, TimeSpan? renewAfter = null) =>
        new(data, await AskAsync(data, cancellationToken), renewAfter ?? DevelopmentToken.renewAfter);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _renewing;
        _over.Dispose();
    }

    private async Task RenewAsync(TimeSpan after)
    {
        try
        {
            using var timer = new PeriodicTimer(after);
            while (await timer.WaitForNextTickAsync(_over.Token)) _current = await AskAsync(_data, _over.Token);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private static async Task<string> AskAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Ops.Command(
            "token", "--data", data.FullName, "--scope", "payments:read", "payments:write", "--minutes", "60"))!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var token = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? token : throw new UserErrorException($"No token was made: {(await errors).Trim()}");
    }
}
