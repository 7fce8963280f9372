using System.Xml.Linq;
using Xunit;

namespace PaymentPipeline.Tidy.Tests;

/// <summary>Who may know whom. The compiler enforces what the project files say; these tests hold the files to the plan.</summary>
public sealed class HouseTests
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["core"] = [],
        ["gateways"] = ["core"],
        ["eventlog"] = ["core"],
        ["storage"] = ["core"],
        ["hosting"] = [],
        ["ingress"] = ["hosting", "core", "gateways", "eventlog"],
        ["processors"] = ["hosting", "core", "gateways", "eventlog", "storage"],
        ["api"] = ["hosting", "core", "gateways", "storage"],
        ["simulator"] = [],
        ["load"] = ["core", "eventlog"],
    };

    public static TheoryData<string> Projects => [.. AllowedReferences.Keys];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_house_allows(string project)
    {
        var references = References(project);

        Assert.Empty(references.Except(AllowedReferences[project]));
    }

    [Fact]
    public void Core_has_no_packages()
    {
        var packages = Project("core").Descendants("PackageReference");

        Assert.Empty(packages);
    }

    [Fact]
    public void Nothing_references_the_commands()
    {
        var referencing = Repository.Files("*.csproj").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal) && Repository.Read(file).Contains("PaymentPipeline.Ops.csproj", StringComparison.Ordinal));

        Assert.Empty(referencing);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("PaymentPipeline.sln").Replace('\\', '/');

        Assert.DoesNotContain(Repository.Files("*.csproj"), project => !solution.Contains(project, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_has_its_lock_file()
    {
        var without = Repository.Files("*.csproj").Where(project => !File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "packages.lock.json")));

        Assert.Empty(without);
    }

    [Fact]
    public void No_project_names_a_version_of_its_own()
    {
        var versions = Repository.Files("*.csproj").Where(project => XDocument.Parse(Repository.Read(project)).Descendants("PackageReference").Any(reference => reference.Attribute("Version") is not null));

        Assert.Empty(versions);
    }

    [Theory, InlineData("Stripe"), InlineData("Adyen"), InlineData("PayPal")]
    public void Every_gateway_has_the_same_parts(string gateway)
    {
        string[] parts = ["Options", "Signature", "Events", "Gateway"];

        Assert.All(parts, part => Assert.True(File.Exists(Path.Combine(Repository.Root, "gateways", gateway, $"{gateway}{part}.cs")), $"gateways/{gateway}/{gateway}{part}.cs is missing"));
    }

    private static IEnumerable<string> References(string folder) =>
        Project(folder).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/').Split('/')[^2]);

    private static XDocument Project(string folder) => XDocument.Parse(Repository.Read(Repository.Files("*.csproj", folder).Single(file => Path.GetDirectoryName(file) == folder)));
}
