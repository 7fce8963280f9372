using System.Collections;

namespace PaymentPipeline.Load.Profiles;

/// <summary>What the environment says otherwise than the defaults: two runs are alike only where this is. Nothing secret.</summary>
internal static class Surroundings
{
    private static readonly string[] ours =
        ["EventLog__", "Ingress__", "Processors__", "Database__", "RateLimits__", "Api__", "Http__", "DOTNET_GC", "DOTNET_Tiered"];

    private static readonly string[] neverTold = ["ConnectionString", "Secret", "Key", "Password", "Username", "Token"];

    public static IEnumerable<KeyValuePair<string, string>> Settings() =>
        from variable in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        let name = (string)variable.Key
        where ours.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            && !neverTold.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        orderby name
        select KeyValuePair.Create(name, (string?)variable.Value ?? "");
}
