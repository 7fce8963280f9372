using System.Text;
using System.Text.Json;
using PaymentPipeline.TestKit.OpenApi;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>
/// Stripe's list of operations with the names and types of their parameters, flat (<c>a.b.c</c>). It leaves out what its own command line
/// cannot express: maps, and what to expand.
/// </summary>
internal sealed class StripeOperationList(JsonElement operations)
{
    private static readonly string[] LeftOut = ["metadata", "expand"];

    public static StripeOperationList Load(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new StripeOperationList(document.RootElement.GetProperty("operations").Clone());
    }

    public IEnumerable<string> Check(RecordedRequest request)
    {
        var operation = operations.EnumerateArray().FirstOrDefault(one =>
            one.GetProperty("method").GetString() == request.Method && Fits(one.GetProperty("path").GetString()!, request.Path));
        if (operation.ValueKind == JsonValueKind.Undefined) return [$"{request}: no such operation"];
        var known = operation.GetProperty("params");
        var pairs = request.Query.TrimStart('?') + "&" + Encoding.ASCII.GetString(request.Body.Span);
        return pairs.Split('&', StringSplitOptions.RemoveEmptyEntries).SelectMany(pair => Check(request, pair, known));
    }

    // A template's place takes no word that stands there literally in another path: /payment_intents/search is no {intent}.
    private static bool Fits(string template, string path)
    {
        var (wanted, given) = (template.Split('/'), path.Split('/'));
        return wanted.Length == given.Length
            && wanted.Zip(given).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second != "search"));
    }

    private static IEnumerable<string> Check(RecordedRequest request, string pair, JsonElement known)
    {
        var name = Uri.UnescapeDataString(pair.Split('=')[0]).Replace("]", "", StringComparison.Ordinal).Replace('[', '.');
        var value = Uri.UnescapeDataString(pair.Split('=')[1]);
        if (LeftOut.Contains(name.Split('.')[0])) yield break;
        if (!known.TryGetProperty(name, out var parameter))
        {
            yield return $"{request}: {name} is unknown";
            yield break;
        }

        if (parameter.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => one.GetString() == value))
            yield return $"{request}: {name} cannot be {value}";
        var isOfType = parameter.GetProperty("type").GetString() switch
        {
            "integer" => long.TryParse(value, out _),
            "boolean" => value is "true" or "false",
            _ => true,
        };
        if (!isOfType) yield return $"{request}: {name} is of another type";
    }
}
