using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Hosting.Problems;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>docs/errors.md and the table in the code say the same.</summary>
public sealed partial class ProblemTableTests
{
    private static IEnumerable<Problem> Table =>
        typeof(Problems).GetFields(BindingFlags.Static | BindingFlags.Public).Select(member => member.GetValue(null)).OfType<Problem>();

    [Fact]
    public void Every_problem_is_documented_and_no_other()
    {
        var documented = Row().Matches(File.ReadAllText(Documentation())).Select(row => (row.Groups[1].Value, int.Parse(row.Groups[2].Value, null), row.Groups[3].Value));

        Assert.Equal(Table.Select(problem => (problem.Code, problem.Status, problem.Title)).Order(), documented.Order());
    }

    [Fact]
    public void Codes_are_unique() => Assert.Equal(Table.Count(), Table.Select(problem => problem.Code).Distinct().Count());

    private static string Documentation([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "errors.md"));

    [GeneratedRegex(@"^\| `(\w+)` \| (\d+) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
