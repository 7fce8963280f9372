using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Ops.Running;

/// <summary>
/// The key that signs tokens for the API of one data folder: P-256, made by <c>up</c> once. The api gets the public half only. Not
/// made where the environment says that this is production, unless <c>Auth__DevelopmentKey=true</c> asks for it.
/// </summary>
internal sealed class DevelopmentKey : IDisposable
{
    public const string Issuer = "https://pipeline.localhost";
    public const string Audience = "payment-api";

    private const string PrivateFile = "api-signing-key.pem";
    private const string PublicFile = "api-signing-key.public.pem";
    private readonly ECDsa _key;

    private DevelopmentKey(ECDsa key) => _key = key;

    public static bool IsAllowed =>
        Environment.GetEnvironmentVariable("Auth__DevelopmentKey") is { } said
            ? bool.TryParse(said, out var allowed) && allowed
            : !IsProduction("ASPNETCORE_ENVIRONMENT") && !IsProduction("DOTNET_ENVIRONMENT");

    /// <returns>The path of the public half.</returns>
    public static string CreateOnce(DirectoryInfo data)
    {
        var (secret, open) = (Path.Combine(data.FullName, PrivateFile), Path.Combine(data.FullName, PublicFile));
        if (File.Exists(secret) && File.Exists(open)) return open;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        WriteForOwner(secret, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(open, key.ExportSubjectPublicKeyInfoPem() + "\n");
        return open;
    }

    /// <exception cref="UserErrorException">There is none.</exception>
    public static DevelopmentKey Load(DirectoryInfo data)
    {
        var file = Path.Combine(data.FullName, PrivateFile);
        if (!File.Exists(file))
            throw new UserErrorException($"there is no development key in {data.FullName}: run './pipeline up' there first.");
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return new DevelopmentKey(key);
    }

    public bool IsPublicHalf(string file) =>
        File.Exists(file) && File.ReadAllText(file).Trim() == _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A signed token (RFC 7515, ES256) over claims in JSON.</summary>
    public string Sign(string claims)
    {
        var signed = Encode("""{"alg":"ES256","typ":"at+jwt"}""") + "." + Encode(claims);
        return signed + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static bool IsProduction(string variable) =>
        string.Equals(Environment.GetEnvironmentVariable(variable), "Production", StringComparison.OrdinalIgnoreCase);

    private static void WriteForOwner(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
