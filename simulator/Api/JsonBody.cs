using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaymentPipeline.Simulator.Api;

/// <summary>Reads members of a request as what they should be: null when absent, null or of another kind.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null when the body is no JSON.</summary>
    public static JsonNode? Read(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body, documentOptions: Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    public static long? Integer(this JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    public static bool? Flag(this JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static JsonObject? Object(this JsonObject parent, string name) => parent[name] as JsonObject;

    public static IEnumerable<JsonObject> Objects(this JsonObject parent, string name) =>
        parent[name] is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary>A copy that can be put somewhere else; null stays null.</summary>
    public static JsonNode? Copy(this JsonNode? node) => node?.DeepClone();

    public static string ToText(this JsonNode node) => node.ToJsonString(Plain);
}
