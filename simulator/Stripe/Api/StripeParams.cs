using System.Globalization;
using System.Net;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>
/// The parameters of a request, decoded from a form (<c>a[b][c]=v</c>, <c>a[0]=v</c>, <c>a[]=v</c>). As strict as Stripe:
/// what was not asked for by a handler is an unknown parameter.
/// </summary>
internal sealed class StripeParams
{
    private const string FormType = "application/x-www-form-urlencoded";

    private readonly Dictionary<string, object> _members = [];
    private readonly HashSet<string> _asked = ["expand"];
    private readonly string _prefix;

    private StripeParams(string prefix) => _prefix = prefix;

    public IReadOnlyList<string> Expand => Values("expand");

    public static StripeParams Of(ApiRequest request)
    {
        if (request.Method != "POST") return Parse(request.QueryString.TrimStart('?'));
        if (request.Body.Length > 0 && request.Header("Content-Type") is { } type && !type.StartsWith(FormType, StringComparison.Ordinal))
            throw StripeErrors.Invalid(null, $"Unsupported content type '{type}': this API takes {FormType}.", null);
        return Parse(System.Text.Encoding.UTF8.GetString(request.Body));
    }

    public static StripeParams Parse(string form)
    {
        var root = new StripeParams("");
        foreach (var pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = WebUtility.UrlDecode(equals < 0 ? pair : pair[..equals]);
            root.Put(PartsOf(name), 0, equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..]));
        }
        return root;
    }

    public bool Has(string name) => Ask(name) is not null;

    /// <summary>Null when absent or empty, which unsets.</summary>
    public string? Text(string name, int lengthMax = 5000)
    {
        var value = Ask(name);
        if (value is StripeParams) throw StripeErrors.Invalid(null, $"Invalid string: {Named(name)} is a hash", Named(name));
        if (value is not string { Length: > 0 } text) return null;
        return text.Length <= lengthMax
            ? text
            : throw StripeErrors.Invalid(
                "parameter_invalid_string_too_long", $"Invalid string: at most {lengthMax} characters.", Named(name));
    }

    public string Required(string name) =>
        Text(name) ?? throw StripeErrors.Invalid("parameter_missing", $"Missing required param: {Named(name)}.", Named(name));

    public long? Integer(string name)
    {
        if (Text(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StripeErrors.Invalid("parameter_invalid_integer", $"Invalid integer: {text}", Named(name));
    }

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw StripeErrors.Invalid(null, $"Invalid boolean: {other}", Named(name)),
    };

    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (Text(name) is not { } text) return null;
        return choices.Contains(text)
            ? text
            : throw StripeErrors.Invalid(null, $"Invalid {Named(name)}: must be one of {string.Join(", ", choices!)}", Named(name));
    }

    /// <summary>Metadata: at most 50, keys of 40 and values of 500 characters.</summary>
    public IReadOnlyDictionary<string, string>? Map(string name)
    {
        var value = Ask(name);
        if (value is null or "") return value is null ? null : new Dictionary<string, string>();
        if (value is not StripeParams map) throw StripeErrors.Invalid(null, "Invalid object", Named(name));
        if (map._members.Count > 50) throw StripeErrors.Invalid(null, "Metadata has more than 50 keys.", Named(name));
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, item) in map._members)
        {
            if (item is not string text || key.Length > 40 || text.Length > 500)
                throw StripeErrors.Invalid(null, "Metadata keys have at most 40 characters, values are text of at most 500.", Named(name));
            if (text.Length > 0) pairs[key] = text;
        }
        return pairs;
    }

    /// <summary>Members of members: <c>automatic_payment_methods[enabled]</c>.</summary>
    public StripeParams? Nested(string name) => Ask(name) switch
    {
        null or "" => null,
        StripeParams nested => nested,
        _ => throw StripeErrors.Invalid(null, "Invalid object", Named(name)),
    };

    public IReadOnlyList<string> Values(string name) => Ask(name) switch
    {
        null or "" => [],
        StripeParams list => [.. list._members.Values.OfType<string>()],
        _ => throw StripeErrors.Invalid(null, "Invalid array", Named(name)),
    };

    /// <summary>Known to Stripe, without meaning here: whatever is below it is taken.</summary>
    public StripeParams Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Ask(name) is StripeParams below) below.IgnoreAll();
        return this;
    }

    /// <summary>To be called when all has been asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var (name, value) in _members)
        {
            if (!_asked.Contains(name))
                throw StripeErrors.Invalid("parameter_unknown", $"Received unknown parameter: {Named(name)}", Named(name));
            if (value is StripeParams { _asked.Count: > 1 } nested) nested.RefuseUnknown();
        }
    }

    private void IgnoreAll()
    {
        foreach (var (name, value) in _members)
        {
            _asked.Add(name);
            if (value is StripeParams below) below.IgnoreAll();
        }
    }

    private object? Ask(string name)
    {
        _asked.Add(name);
        return _members.GetValueOrDefault(name);
    }

    private string Named(string name) => _prefix.Length == 0 ? name : $"{_prefix}[{name}]";

    private static List<string> PartsOf(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0) return [name];
        List<string> parts = [name[..open]];
        parts.AddRange(name[open..].Split('[', StringSplitOptions.RemoveEmptyEntries).Select(part => part.TrimEnd(']')));
        return parts;
    }

    private void Put(List<string> parts, int at, string value)
    {
        var name = parts[at].Length > 0 ? parts[at] : _members.Count.ToString(CultureInfo.InvariantCulture);
        if (at == parts.Count - 1)
        {
            _members[name] = value;
            return;
        }
        if (_members.GetValueOrDefault(name) is not StripeParams below) _members[name] = below = new StripeParams(Named(name));
        below.Put(parts, at + 1, value);
    }
}
