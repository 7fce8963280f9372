using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaymentPipeline.TestKit.OpenApi;

/// <summary>
/// An official OpenAPI 3 description, which says whether a request is one that the API takes. Strict where the documents are
/// loose: what they do not name (a path, a query parameter, a member of a body) is an error.
/// </summary>
public sealed class OpenApiDocument
{
    private readonly JsonElement _root;
    private readonly OpenApiSchemas _schemas;
    private readonly OpenApiSchemas _replies;
    private readonly string _basePath;

    private OpenApiDocument(JsonElement root)
    {
        _root = root;
        _schemas = new OpenApiSchemas(root);
        _replies = new OpenApiSchemas(root, ofReplies: true);
        _basePath = new Uri(root.GetProperty("servers")[0].GetProperty("url").GetString()!).AbsolutePath.TrimEnd('/');
    }

    /// <param name="path">Of a JSON file, or of one that gzip has packed.</param>
    public static OpenApiDocument Load(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return Parse(File.ReadAllBytes(path));
        using var unpacked = new MemoryStream();
        using (var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress)) packed.CopyTo(unpacked);
        return Parse(unpacked.ToArray());
    }

    public static OpenApiDocument Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return new OpenApiDocument(document.RootElement.Clone());
    }

    /// <summary>Everything that is wrong with the request, each with its place; empty when it is one that the API takes.</summary>
    public IReadOnlyList<string> Check(RecordedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Find(request) is not { } found) return [$"{request}: the document has no such operation"];
        var errors = new List<string>();
        CheckParameters(found, request, errors);
        CheckBody(found.Operation, request, errors);
        return errors;
    }

    /// <summary>Everything that is wrong with what was answered to the request; empty when it is what the API answers.</summary>
    public IReadOnlyList<string> CheckReply(RecordedRequest request, int status, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Find(request) is not { } found) return [$"{request}: the document has no such operation"];
        var replies = found.Operation.GetProperty("responses");
        var named = status.ToString(CultureInfo.InvariantCulture);
        if (!replies.TryGetProperty(named, out var reply)) return [$"{request}: the document knows no reply {named}"];
        if (!_replies.Resolve(reply).TryGetProperty("content", out var content))
            return body.IsEmpty ? [] : [$"{request} {named}: a body where there is none"];
        var errors = new List<string>();
        using var json = JsonDocument.Parse(body);
        _replies.Check(content.EnumerateObject().First().Value.GetProperty("schema"), json.RootElement, $"{request} {named}", errors);
        return errors;
    }

    private sealed record Found(JsonElement Item, JsonElement Operation, IReadOnlyDictionary<string, string> PathValues);

    // Where several templates fit, the one with the fewest parameters does: /payments/details is not /payments/{id}.
    private Found? Find(RecordedRequest request)
    {
        if (!request.Path.StartsWith(_basePath + '/', StringComparison.Ordinal)) return null;
        var segments = request.Path[_basePath.Length..].Split('/');
        var whole = request.Path.Split('/');
        Found? best = null;
        foreach (var item in _root.GetProperty("paths").EnumerateObject())
        {
            var method = request.Method.ToLowerInvariant();
            // PayPal's reports write the server's path once more in each path.
            var isWhole = _basePath != "" && item.Name.StartsWith(_basePath + '/', StringComparison.Ordinal);
            if (Match(item.Name.Split('/'), isWhole ? whole : segments) is { } values
                && item.Value.TryGetProperty(method, out var operation)
                && (best is null || values.Count < best.PathValues.Count))
                best = new Found(item.Value, operation, values);
        }
        return best;
    }

    private static Dictionary<string, string>? Match(string[] template, string[] segments)
    {
        if (template.Length != segments.Length) return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, segment) in template.Zip(segments))
        {
            if (part.StartsWith('{') && part.EndsWith('}') && segment.Length > 0) values[part[1..^1]] = Uri.UnescapeDataString(segment);
            else if (part != segment) return null;
        }
        return values;
    }

    private void CheckParameters(Found found, RecordedRequest request, List<string> errors)
    {
        // Names with brackets are members of one parameter.
        var bracketed = OpenApiForm.Parse(string.Join('&', request.Query.TrimStart('?').Split('&').Where(IsBracketed)));
        var query = ReadQuery(string.Join('&', request.Query.TrimStart('?').Split('&').Where(pair => !IsBracketed(pair))), errors);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in Parameters(found.Item).Concat(Parameters(found.Operation)))
        {
            var name = parameter.GetProperty("name").GetString()!;
            var place = parameter.GetProperty("in").GetString()!;
            if (place == "query") known.Add(name);
            if (place == "query" && bracketed[name] is { } nested)
            {
                CheckForm(parameter.GetProperty("schema"), nested, $"query {name}", errors);
                continue;
            }
            var value = place switch
            {
                "path" => found.PathValues.GetValueOrDefault(name),
                "query" => query.GetValueOrDefault(name),
                "header" => request.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value,
                _ => null,
            };
            if (value is not null)
                _schemas.CheckText(parameter.GetProperty("schema"), value, $"{place} {name}", errors);
            else if (parameter.TryGetProperty("required", out var required) && required.GetBoolean())
                errors.Add($"{place} {name}: missing");
        }
        errors.AddRange(query.Keys.Concat(bracketed.Select(member => member.Key)).Where(name => !known.Contains(name))
            .Select(name => $"query {name}: unknown"));
    }

    private static bool IsBracketed(string pair) => Uri.UnescapeDataString(pair.Split('=')[0]).Contains('[', StringComparison.Ordinal);

    private IEnumerable<JsonElement> Parameters(JsonElement owner) =>
        owner.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Select(_schemas.Resolve) : [];

    private static Dictionary<string, string> ReadQuery(string query, List<string> errors)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var name = Uri.UnescapeDataString(parts[0]);
            if (!values.TryAdd(name, parts.Length == 2 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : ""))
                errors.Add($"query {name}: twice");
        }
        return values;
    }

    private void CheckBody(JsonElement operation, RecordedRequest request, List<string> errors)
    {
        if (!operation.TryGetProperty("requestBody", out var wanted))
        {
            if (!request.Body.IsEmpty) errors.Add("body: none is taken");
            return;
        }
        wanted = _schemas.Resolve(wanted);
        if (request.Body.IsEmpty)
        {
            if (wanted.TryGetProperty("required", out var required) && required.GetBoolean()) errors.Add("body: missing");
            return;
        }
        var type = request.Headers.FirstOrDefault(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        var mediaType = (type ?? "").Split(';')[0].Trim();
        if (!wanted.GetProperty("content").TryGetProperty(mediaType, out var content))
        {
            errors.Add($"body: the type '{mediaType}' is not taken");
            return;
        }
        if (mediaType == "application/x-www-form-urlencoded")
            CheckForm(content.GetProperty("schema"), OpenApiForm.Parse(Encoding.UTF8.GetString(request.Body.Span)), "body", errors);
        else
            CheckJson(content.GetProperty("schema"), request.Body, errors);
    }

    private void CheckForm(JsonElement schema, JsonNode value, string place, List<string> errors) =>
        _schemas.Check(schema, JsonSerializer.SerializeToElement(OpenApiForm.Typed(value, schema, _schemas)), place, errors);

    private void CheckJson(JsonElement schema, ReadOnlyMemory<byte> body, List<string> errors)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            _schemas.Check(schema, document.RootElement, "body", errors);
        }
        catch (JsonException problem)
        {
            errors.Add("body: no strict JSON: " + problem.Message);
        }
    }
}
