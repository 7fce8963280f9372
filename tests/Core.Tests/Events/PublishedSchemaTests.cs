using System.Text.Json.Nodes;
using Xunit;

namespace PaymentPipeline.Core.Tests.Events;

public sealed class PublishedSchemaTests
{
    public static TheoryData<string> Types => [.. SchemaFiles.Types];

    [Fact]
    public void Every_event_type_has_a_schema_and_a_golden_copy_and_no_other_has()
    {
        Assert.Equal(SchemaFiles.Types.Order(), Names(SchemaFiles.Folder, "*.v1.json"));
        Assert.Equal(SchemaFiles.Types.Order(), Names(SchemaFiles.GoldenFolder, "*.v1.txt"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_published_schema_never_changes_incompatibly(string type)
    {
        var lost = SchemaFiles.GoldenLines(type).Except(SchemaFiles.Lines(SchemaFiles.Read(type)));

        Assert.True(!lost.Any(), $"{type}.v1 no longer promises these; publish a v2 beside it:\n{string.Join('\n', lost)}");
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_a_schema_promises_is_in_its_golden_copy(string type) =>
        Assert.Equal(SchemaFiles.GoldenLines(type), SchemaFiles.Lines(SchemaFiles.Read(type)));

    [Theory]
    [MemberData(nameof(Types))]
    public void The_catalogue_and_the_AsyncAPI_document_name_every_type(string type)
    {
        var catalogue = File.ReadAllText(Path.Combine(SchemaFiles.Folder, "README.md"));
        var asyncApi = File.ReadAllText(Path.Combine(SchemaFiles.Folder, "asyncapi.yaml"));

        Assert.Contains($"[{type}]({type}.v1.json)", catalogue, StringComparison.Ordinal);
        Assert.Contains($"$ref: ./{type}.v1.json", asyncApi, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_member_another_type_a_lost_promise_and_another_value_are_all_seen()
    {
        var before = SchemaFiles.Lines(SchemaFiles.Read("RefundProcessed"));

        Assert.NotEmpty(before.Except(Changed(schema => Data(schema)["properties"]!.AsObject().Remove("orderId"))));
        Assert.NotEmpty(before.Except(Changed(schema => Data(schema)["properties"]!["amount"]!["type"] = "string")));
        Assert.NotEmpty(before.Except(Changed(schema => Data(schema)["required"]!.AsArray().RemoveAt(0))));
        Assert.NotEmpty(before.Except(Changed(schema => Data(schema)["properties"]!["status"]!["enum"]!.AsArray().Add("NEW"))));
        Assert.Empty(before.Except(Changed(schema => Data(schema)["properties"]!["added"] = new JsonObject { ["type"] = "string" })));

        static JsonObject Data(JsonObject schema) => schema["properties"]!["data"]!.AsObject();

        static IReadOnlyList<string> Changed(Action<JsonObject> change)
        {
            var schema = JsonNode.Parse(SchemaFiles.Read("RefundProcessed"))!.AsObject();
            change(schema);
            return SchemaFiles.Lines(schema.ToJsonString());
        }
    }

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern).Select(path => Path.GetFileName(path).Split('.')[0]).Order();
}
