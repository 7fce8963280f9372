using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentPipeline.Simulator.Api;

/// <summary>What comes in place of an answer when something between the gateway and us is broken.</summary>
internal static class BrokenAnswers
{
    private const int HugeBytes = 50 * 1024 * 1024;

    public static ApiAnswer Html() =>
        new(200, "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>")
        {
            ContentType = "text/html; charset=utf-8",
        };

    public static ApiAnswer Truncate(ApiAnswer answer) => answer with { Body = answer.Body[..(answer.Body.Length / 2)] };

    /// <summary>One more of the major or minor unit in every amount; unchanged where there is none.</summary>
    public static ApiAnswer ChangeAmounts(ApiAnswer answer)
    {
        if (answer.Body.Length == 0 || JsonNode.Parse(answer.Body) is not { } root) return answer;
        Change(root);
        return answer with { Body = root.ToJsonString() };
    }

    public static async Task WriteHugeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{\"id\":\"");
        var block = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
        for (var written = 0; written < HugeBytes && !context.RequestAborted.IsCancellationRequested; written += block.Length)
            await context.Response.Body.WriteAsync(block);
        await context.Response.WriteAsync("\"}");
    }

    private static void Change(JsonNode node)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array)
                    if (item is not null) Change(item);
                break;
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (value is JsonValue single) members[name] = IsAmount(name) ? Changed(single) : single.DeepClone();
                    else if (value is not null) Change(value);
                }
                break;
        }
    }

    private static bool IsAmount(string name) => name == "value" || name.StartsWith("amount", StringComparison.Ordinal);

    private static JsonNode Changed(JsonValue value)
    {
        if (value.TryGetValue<long>(out var minor)) return minor == 0 ? 0 : minor + 1;
        return value.TryGetValue<string>(out var text)
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major)
                ? (major + 1).ToString(CultureInfo.InvariantCulture)
                : value.DeepClone();
    }
}
