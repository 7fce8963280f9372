using System.Buffers;
using System.Net;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Which certificate addresses are allowed. Asked before anything is fetched, so before any name is resolved.</summary>
internal sealed class PayPalCertificateOrigins
{
    private const string Folder = "/v1/notifications/certs/";
    private const int AddressLengthMax = 256;

    private static readonly string[] Default =
        ["api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"];

    // No dot: neither "..", nor a name that a server could read as anything but one file.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly string[] _prefixes;
    private readonly HashSet<(string Host, int Port)> _loopback;

    private PayPalCertificateOrigins(string[] prefixes, HashSet<(string, int)> loopback)
    {
        _prefixes = prefixes;
        _loopback = loopback;
    }

    /// <exception cref="FormatException">An entry is neither a host name nor an origin of this machine.</exception>
    public static PayPalCertificateOrigins Of(IEnumerable<string> configured)
    {
        var prefixes = new List<string>();
        var loopback = new HashSet<(string, int)>();
        foreach (var entry in configured.DefaultIfEmpty().SelectMany(entry => entry is null ? Default : [entry]))
        {
            if (LoopbackOrigin(entry) is { } origin)
            {
                prefixes.Add(origin.GetLeftPart(UriPartial.Authority) + Folder);
                loopback.Add((origin.IdnHost, origin.Port));
            }
            else
            {
                prefixes.Add(IsHostName(entry) ? $"https://{entry}{Folder}" : throw new FormatException(
                    $"has \"{entry}\", which is neither a lower-case host name nor an http(s) origin of this machine"));
            }
        }
        return new PayPalCertificateOrigins([.. prefixes], loopback);
    }

    /// <summary>
    /// Whether the address is, letter by letter, an allowed origin, the certificates' folder and one plain name. Comparing
    /// texts leaves nothing to a URL parser: no port, user, query, fragment, escape or dot segment has a place to stand.
    /// </summary>
    public bool Allows(string address)
    {
        if (address.Length > AddressLengthMax)
            return false;
        foreach (var prefix in _prefixes)
            if (address.StartsWith(prefix, StringComparison.Ordinal))
                return address.Length > prefix.Length && !address.AsSpan(prefix.Length).ContainsAnyExcept(NameCharacters);
        return false;
    }

    /// <summary>Whether a certificate from that address may be resolved to that IP address.</summary>
    public bool MayConnect(DnsEndPoint endPoint, IPAddress address) =>
        _loopback.Contains((endPoint.Host, endPoint.Port)) ? IPAddress.IsLoopback(address) : PublicAddress.Is(address);

    private static Uri? LoopbackOrigin(string entry) =>
        Uri.TryCreate(entry, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.IsLoopback && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : null;

    private static bool IsHostName(string entry) =>
        Uri.CheckHostName(entry) == UriHostNameType.Dns
        && entry.Contains('.', StringComparison.Ordinal) && !entry.EndsWith('.')
        && entry.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
}
