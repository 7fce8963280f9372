using System.Diagnostics;
using System.Globalization;

namespace PaymentPipeline.TestKit;

/// <summary>Finds and runs PostgreSQL's own programs; as the user postgres when we are root, which the server refuses to be.</summary>
internal static class PostgresBinaries
{
    private static readonly Lazy<string> folder = new(Find);

    public static void Run(string program, IReadOnlyList<string> arguments)
    {
        var (exitCode, output) = Execute(Path.Combine(folder.Value, program), arguments, asServerUser: true);
        if (exitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
    }

    public static void TryRun(string program, IReadOnlyList<string> arguments) =>
        Execute(Path.Combine(folder.Value, program), arguments, asServerUser: true);

    /// <summary>A folder that the server's user owns and can reach.</summary>
    public static void CreateFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (Environment.UserName != "root") return;
        var (exitCode, output) = Execute("chown", ["postgres:postgres", path], asServerUser: false);
        if (exitCode != 0) throw new InvalidOperationException($"The user postgres is missing (apt-get install postgresql): {output}");
    }

    private static (int ExitCode, string Output) Execute(string program, IReadOnlyList<string> arguments, bool asServerUser)
    {
        string[] otherUser = asServerUser && Environment.UserName == "root"
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            : [];
        string[] line = [.. otherUser, program, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static string Find()
    {
        const string Debian = "/usr/lib/postgresql";
        var packaged = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        var newest = packaged
            .OrderByDescending(v => double.TryParse(Path.GetFileName(v), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(version => Path.Combine(version, "bin"));
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return newest.Concat(onPath).FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")))
            ?? throw new InvalidOperationException(
                "No PostgreSQL found: apt-get install postgresql, or name a running server in PIPELINE_TEST_POSTGRES.");
    }
}
