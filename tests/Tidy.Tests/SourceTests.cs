using System.Text.RegularExpressions;
using Xunit;

namespace PaymentPipeline.Tidy.Tests;

/// <summary>Style as failing tests: what a reader should not have to ask for in review.</summary>
public sealed partial class SourceTests
{
    private const int FileLinesMax = 400;
    private const int LineLengthMax = 140;

    // Tables that are read row by row may be wider; nothing else is.
    private static readonly string[] WideTables = ["tests/", "core/Currencies"];

    // A transaction of NOTIFY alone stores nothing that could be lost.
    private static readonly string[] Announcing = ["eventlog/Postgres/AppendAnnouncer.cs", "storage/FeedBell.cs"];

    private static IEnumerable<string> Sources => Repository.Files("*.cs");

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Sources, file => Repository.Lines(file).Length > FileLinesMax);

    [Fact]
    public void No_line_is_longer_than_140_characters()
    {
        var long_ = from file in Sources
                    where !WideTables.Any(table => file.StartsWith(table, StringComparison.Ordinal))
                    from line in Repository.Lines(file).Select((text, index) => (Text: text, Number: index + 1))
                    where line.Text.Length > LineLengthMax && !IsText(line.Text)
                    select $"{file}:{line.Number} ({line.Text.Length})";

        Assert.Empty(long_);
    }

    [Fact]
    public void Nothing_unfinished_is_left_behind() =>
        Assert.DoesNotContain(Sources, file => !IsThisFile(file) && UnfinishedMark().IsMatch(Repository.Read(file)));

    [Fact]
    public void Namespaces_follow_folders()
    {
        var wrong = from file in Sources
                    let declared = NamespaceLine().Match(Repository.Read(file))
                    where declared.Success && Path.GetDirectoryName(file)!.Contains('/', StringComparison.Ordinal)
                    let last = Path.GetFileName(Path.GetDirectoryName(file)!)
                    where !declared.Groups[1].Value.EndsWith(last.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
                    select $"{file}: {declared.Groups[1].Value}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Sql_that_changes_data_lives_in_storage_and_the_postgres_log_only()
    {
        var elsewhere = Sources
            .Where(file => !file.StartsWith("storage/", StringComparison.Ordinal) && !file.StartsWith("eventlog/Postgres/", StringComparison.Ordinal))
            .Where(file => !file.StartsWith("tests/", StringComparison.Ordinal) && !file.StartsWith("load/", StringComparison.Ordinal))
            .Where(file => DataChangingSql().IsMatch(Repository.Read(file)));

        Assert.Empty(elsewhere);
    }

    [Fact]
    public void No_name_says_nothing()
    {
        var names = from file in Sources
                    from match in EmptyName().Matches(Repository.Read(file))
                    select $"{file}: {match.Value}";

        Assert.Empty(names);
    }

    [Fact]
    public void Durability_is_never_switched_off()
    {
        var off = Sources.Concat(Repository.Files("*.sql")).Concat(Repository.Files("*.yml")).Append("pipeline")
            .Where(file => !IsThisFile(file) && !Announcing.Contains(file) && DurabilityOff().IsMatch(Repository.Read(file)));

        Assert.Empty(off);
    }

    // A message or a template: breaking it would only hide it from a search.
    private static bool IsText(string line) => line.Contains("\"\"\"", StringComparison.Ordinal) || LongText().IsMatch(line) || line.TrimStart().StartsWith('{');

    [GeneratedRegex("\"[^\"]{60,}\"")]
    private static partial Regex LongText();

    // It names what it forbids.
    private static bool IsThisFile(string file) => file.EndsWith("/SourceTests.cs", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex UnfinishedMark();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\b(INSERT INTO|DELETE FROM|UPDATE \w+(\.\w+)? SET)\b")]
    private static partial Regex DataChangingSql();

    [GeneratedRegex(@"\b(class|record|struct|interface) \w*(Manager|Helper|Utils|Impl|Dto|Base)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"(fsync|synchronous_commit|full_page_writes)('\s*,|\s*=)\s*'?off", RegexOptions.IgnoreCase)]
    private static partial Regex DurabilityOff();
}
