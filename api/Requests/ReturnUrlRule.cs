namespace PaymentPipeline.Api.Requests;

/// <summary>
/// Where a payer may be sent back to: https to a public host by name, http to localhost only, without credentials in it. Checked by
/// its text alone: the payer's browser goes there, never we.
/// </summary>
/// <param name="hosts">The only hosts allowed; empty for any public one.</param>
internal sealed class ReturnUrlRule(IList<string> hosts)
{
    private const int LengthMax = 2000;
    private const string Localhost = "localhost";

    /// <summary>What is wrong with it; null for nothing.</summary>
    public string? Refuse(string url)
    {
        if (url.Length > LengthMax) return $"must have at most {LengthMax} characters";
        if (url.AsSpan().ContainsAnyExceptInRange('!', '~') || url.Contains('\\', StringComparison.Ordinal))
            return "must be written in ASCII without spaces";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return "must be an absolute address";
        var isLocal = address.Host.Equals(Localhost, StringComparison.OrdinalIgnoreCase);
        if (address.Scheme != Uri.UriSchemeHttps && !(isLocal && address.Scheme == Uri.UriSchemeHttp)) return "must be an https address";
        if (address.UserInfo.Length > 0) return "must not hold credentials";
        if (hosts.Count > 0) return IsListed(address.Host) ? null : "names a host that is not allowed";
        return isLocal || IsPublic(address) ? null : "must name a public host";
    }

    private bool IsListed(string host) => hosts.Any(allowed => allowed.Equals(host, StringComparison.OrdinalIgnoreCase));

    private static bool IsPublic(Uri address) => address.HostNameType switch
    {
        UriHostNameType.IPv4 or UriHostNameType.IPv6 => false,
        UriHostNameType.Dns => address.IdnHost.Contains('.', StringComparison.Ordinal) && !HasPrivateEnding(address.IdnHost.TrimEnd('.')),
        _ => false,
    };

    // RFC 6761, RFC 6762, RFC 8375, and ICANN's "internal".
    private static readonly string[] privateEndings = [".localhost", ".local", ".internal", ".home.arpa", ".invalid", ".test"];

    private static bool HasPrivateEnding(string host) => privateEndings
        .Any(ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
