using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// A route's parameter: the request must carry the header <c>Idempotency-Key</c> exactly once, 1 to 255 visible ASCII characters,
/// bare or as a quoted string; <c>"k"</c> and <c>k</c> are the same key.
/// </summary>
internal sealed record IdempotencyKey(string Value)
{
    public const string Header = "Idempotency-Key";
    private const int LengthMax = 255;

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context)
    {
        var lines = context.Request.Headers[Header];
        if (lines.Count == 0) throw new RefusalException(Problems.IdempotencyKeyMissing, member: Header);
        if (lines.Count > 1) throw Invalid("It is there more than once.");
        return ValueTask.FromResult<IdempotencyKey?>(new IdempotencyKey(Read(lines[0] ?? "")));
    }

    private static string Read(string line)
    {
        var key = line is ['"', .. var quoted, '"'] ? Unescape(quoted) : line;
        if (key.Length is 0 or > LengthMax) throw Invalid($"It must have 1 to {LengthMax} characters.");
        if (key.AsSpan().ContainsAnyExceptInRange('!', '~')) throw Invalid("It must be visible ASCII without spaces.");
        return key;
    }

    /// <summary>RFC 8941, section 3.3.3: in a quoted string a backslash stands before a quote or a backslash only.</summary>
    private static string Unescape(string quoted)
    {
        if (!quoted.AsSpan().ContainsAny('"', '\\')) return quoted;
        var plain = new System.Text.StringBuilder(quoted.Length);
        for (var at = 0; at < quoted.Length; at++)
        {
            if (quoted[at] == '"') throw Invalid("A quote inside a quoted string needs a backslash.");
            if (quoted[at] == '\\' && (++at == quoted.Length || quoted[at] is not ('"' or '\\')))
                throw Invalid("A backslash inside a quoted string stands before a quote or a backslash only.");
            plain.Append(quoted[at]);
        }
        return plain.ToString();
    }

    private static RefusalException Invalid(string why) => new(Problems.IdempotencyKeyInvalid, why, Header);
}
