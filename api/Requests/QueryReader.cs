using System.Globalization;
using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>The parameters of a query, read as strictly as a body: none unknown, none twice, each within its bounds.</summary>
internal sealed class QueryReader
{
    public const int LimitDefault = 20;
    public const int LimitMax = 100;
    private const int TextMax = 255;

    /// <summary>The longest range of time that one list covers.</summary>
    private static readonly TimeSpan rangeMax = TimeSpan.FromDays(400);

    private readonly IQueryCollection _query;

    /// <exception cref="RefusalException">A parameter is unknown, or there twice.</exception>
    public QueryReader(HttpRequest request, params ReadOnlySpan<string> known)
    {
        _query = request.Query;
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name))
                throw new RefusalException(
                    Problems.InvalidParameter, $"There is no such parameter; known are {string.Join(", ", known.ToArray())}.");
            if (values.Count != 1) throw Wrong(name, "must be there once");
        }
    }

    /// <summary>Null where it is absent.</summary>
    public string? Text(string name, int lengthMax = TextMax)
    {
        if (!_query.TryGetValue(name, out var values)) return null;
        var text = values[0] ?? "";
        return text.Length == 0 || text.Length > lengthMax || text.Any(char.IsControl)
            ? throw Wrong(name, $"must have 1 to {lengthMax} characters, none of them a control character")
            : text;
    }

    public int Limit(string name) => Number(name, 1, LimitMax, LimitDefault);

    /// <param name="otherwise">Where it is absent.</param>
    public int Number(string name, int min, int max, int otherwise)
    {
        if (Text(name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong(name, $"must be {min} to {max}");
    }

    /// <summary>Both ends of a range of time; either may be open.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Range(string fromName, string toName, DateTimeOffset now)
    {
        var (from, to) = (Instant(fromName), Instant(toName));
        if (from >= to) throw Wrong(toName, $"must be later than {fromName}");
        if (from is { } start && (to ?? now) - start > rangeMax)
            throw Wrong(fromName, $"and {toName} must be at most {rangeMax.TotalDays} days apart");
        return (from, to);
    }

    public static RefusalException Wrong(string name, string must) => new(Problems.InvalidParameter, $"{name} {must}.", name);

    private DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        // '+' in an address that was not escaped arrives as a space.
        return text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                text.Replace(' ', '+'), ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var instant)
            && instant.Year is >= 2000 and < 2200
                ? instant.ToUniversalTime()
                : throw Wrong(name, "must be an instant as in RFC 3339, 2026-01-31T12:00:00Z");
    }
}
