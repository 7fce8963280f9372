using System.Diagnostics;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Api;

/// <summary>A token from the command that makes them, <c>./pipeline token</c>.</summary>
internal static class DevelopmentToken
{
    public static async Task<string> MakeAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Ops.Command(
            "token", "--data", data.FullName, "--scope", "payments:read", "payments:write", "--minutes", "60"))!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var token = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? token : throw new UserErrorException($"No token was made: {(await errors).Trim()}");
    }
}
