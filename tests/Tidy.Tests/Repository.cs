using System.Runtime.CompilerServices;

namespace PaymentPipeline.Tidy.Tests;

/// <summary>The checkout that this test was built from, and its own source files.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".data", "TestResults", "node_modules"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern, string folder = "") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(NotOurs.Contains));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("PaymentPipeline.sln is not above this test's source.");
    }
}
