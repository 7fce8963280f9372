namespace PaymentPipeline.Gateways;

/// <summary>The one place that an account's calls go to.</summary>
internal static class GatewayOrigin
{
    public const string Rule =
        "must be an https address without user, query and fragment; plain http only on this machine or to a name without a dot";

    private static readonly Uri Nowhere = new("https://localhost");

    public static bool TryRead(string text, out Uri origin)
    {
        origin = Nowhere;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var read)) return false;
        if (read.UserInfo != "" || read.Query != "" || read.Fragment != "") return false;
        // A neighbour in a container network has a name without a dot; nothing out there has.
        var isNear = read.IsLoopback || (read.HostNameType == UriHostNameType.Dns && !read.Host.Contains('.', StringComparison.Ordinal));
        if (read.Scheme != Uri.UriSchemeHttps && !(read.Scheme == Uri.UriSchemeHttp && isNear)) return false;
        origin = read;
        return true;
    }
}
