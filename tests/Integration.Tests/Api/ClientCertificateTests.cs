using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>mTLS where it is configured, and tokens that are bound to a certificate.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("api-tls-");
    private readonly X509Certificate2 _authority = Certificate("CN=authority", null);

    [Fact]
    public async Task Only_a_certificate_of_the_authority_connects()
    {
        await using var server = await StartAsync($"--Auth:ClientCertificateAuthorities:0={_authority.ExportCertificatePem()}");
        using var ours = Certificate("CN=order-service", _authority);
        using var otherAuthority = Certificate("CN=authority", null);
        using var foreign = Certificate("CN=order-service", otherAuthority);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, ours, server.Tokens.Good()));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(server, foreign, server.Tokens.Good()));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(server, null, server.Tokens.Good()));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, ours, "x"));
    }

    [Fact]
    public async Task A_token_bound_to_a_certificate_is_good_only_with_it()
    {
        await using var server = await StartAsync($"--Auth:ClientCertificateAuthorities:0={_authority.ExportCertificatePem()}");
        using var bound = Certificate("CN=order-service", _authority);
        using var thief = Certificate("CN=thief", _authority);
        var claims = Tokens.Claims();
        claims["cnf"] = new Dictionary<string, string> { ["x5t#S256"] = Base64Url.EncodeToString(SHA256.HashData(bound.RawData)) };
        var token = server.Tokens.Sign(Tokens.Header(), claims);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, bound, token));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, thief, token));
        claims["cnf"] = new Dictionary<string, string> { ["jkt"] = "another kind of proof" };
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, bound, server.Tokens.Sign(Tokens.Header(), claims)));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<ApiServer> StartAsync(params string[] settings)
    {
        using var own = Certificate("CN=localhost", null);
        var (certificate, key) = (Path.Combine(_folder.FullName, "server.pem"), Path.Combine(_folder.FullName, "server.key"));
        await File.WriteAllTextAsync(certificate, own.ExportCertificatePem());
        await File.WriteAllTextAsync(key, own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return await ApiServer.StartAsync(null, null, FrontFixture.MapProbe,
            ["--urls", "https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={certificate}", $"--Kestrel:Certificates:Default:KeyPath={key}", .. settings]);
    }

    private static async Task<HttpStatusCode> GetAsync(ApiServer server, X509Certificate2? certificate, string token)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.Subject == "CN=localhost";
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        using var http = new HttpClient(handler) { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await http.GetAsync("/v1/probe/a")).StatusCode;
    }

    /// <param name="issuer">Null: an authority of its own.</param>
    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var (from, to) = (TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddHours(1));
        if (issuer is null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var root = request.CreateSelfSigned(from, to);
            return X509CertificateLoader.LoadPkcs12(root.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
        }
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var signed = request.Create(issuer, from, to.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
