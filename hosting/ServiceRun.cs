using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Hosting;

/// <summary>Runs a service until it is told to stop; the result is the process's exit code.</summary>
public static class ServiceRun
{
    /// <summary>
    /// 0 after a graceful stop. 1 when the configuration is wrong or the address is taken: said in one message on stderr
    /// that names every problem, without a stack trace.
    /// </summary>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        try
        {
            // The host would do this too, but after constructing services that stop at their own first problem.
            app.Services.GetService<IStartupValidator>()?.Validate();
            await app.StartAsync();
        }
        catch (Exception problem) when (ProblemsOf(problem) is { Count: > 0 } problems)
        {
            await Console.Error.WriteLineAsync(Describe(identity.Name, problems));
            return 1;
        }
        Log.Started(app.Logger, identity.Name, identity.Version, Environment.Version.ToString(), string.Join(' ', app.Urls));
        await app.WaitForShutdownAsync();
        Log.Stopped(app.Logger, identity.Name);
        await app.DisposeAsync();
        return 0;
    }

    /// <summary>Problems that the operator can mend; empty for everything else, which stays an exception.</summary>
    private static List<string> ProblemsOf(Exception exception) => exception switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException several when several.InnerExceptions.All(inner => ProblemsOf(inner).Count > 0) =>
            [.. several.InnerExceptions.SelectMany(ProblemsOf)],
        // A text where a number belongs; the message names the setting.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => [unreadable.Message],
        IOException { InnerException: AddressInUseException or SocketException } io => [io.Message],
        SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressAlreadyInUse } socket => [socket.Message],
        _ => [],
    };

    private static string Describe(string service, List<string> problems)
    {
        if (problems.Count == 1) return $"{service} cannot start: {problems[0]}";
        var text = new StringBuilder().Append(service).Append(" cannot start, there are ").Append(problems.Count).Append(" problems:");
        foreach (var problem in problems) text.AppendLine().Append("  - ").Append(problem);
        return text.ToString();
    }
}
