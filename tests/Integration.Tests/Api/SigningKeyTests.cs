using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Api.Auth;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Keys of every kind that is allowed, the examples of the RFC, and keys that an issuer publishes.</summary>
public sealed class SigningKeyTests
{
    // RFC 7515, appendix A.2: RS256.
    private const string RfcRsaKey = """
        {"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}
        """;

    private const string RfcRsaToken =
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    // RFC 7515, appendix A.3: ES256.
    private const string RfcCurveKey =
        """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";

    private const string RfcCurveToken =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    public static TheoryData<string, string> RfcExamples => new() { { RfcRsaKey, RfcRsaToken }, { RfcCurveKey, RfcCurveToken } };

    [Theory, MemberData(nameof(RfcExamples))]
    public void The_examples_of_rfc_7515_verify_and_not_with_a_byte_changed(string jwk, string text)
    {
        using var key = KeyReader.Read(jwk).Key!;
        var token = Token.Parse(text)!;

        Assert.True(key.Verifies(token.Algorithm, token.Signed, token.Signature));
        for (var at = 0; at < token.Signed.Length; at += 9)
        {
            var changed = token.Signed.ToArray();
            changed[at] ^= 1;
            Assert.False(key.Verifies(token.Algorithm, changed, token.Signature));
        }
        Assert.False(key.Verifies("HS256", token.Signed, token.Signature));
        Assert.False(key.Verifies("PS256", token.Signed, token.Signature));
        Assert.False(key.Verifies(token.Algorithm, token.Signed, []));
        Assert.False(key.Verifies(token.Algorithm, token.Signed, new byte[token.Signature.Length]));
    }

    [Theory, InlineData("RS256"), InlineData("PS256"), InlineData("ES256"), InlineData("ES384"), InlineData("ES512")]
    public void Every_allowed_algorithm_verifies_with_its_own_kind_of_key_only(string algorithm)
    {
        var (pem, sign) = Signer(algorithm);
        using var key = KeyReader.Read(pem).Key!;
        var signed = "header.claims"u8.ToArray();
        var signature = sign(signed);

        Assert.True(key.Verifies(algorithm, signed, signature));
        foreach (var other in new[] { "RS256", "PS256", "ES256", "ES384", "ES512", "RS384", "HS256", "none", "" }.Where(other => other != algorithm))
            Assert.False(key.Verifies(other, signed, signature), other);
    }

    [Fact]
    public void Weak_private_and_unreadable_keys_are_refused_with_a_reason()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] wrong =
        [
            weak.ExportSubjectPublicKeyInfoPem(), curve.ExportPkcs8PrivateKeyPem(), "{}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "not a key", "{",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", RfcCurveKey.Replace("}", ",\"use\":\"enc\"}", StringComparison.Ordinal),
            RfcCurveKey.Replace("}", ",\"alg\":\"RS256\"}", StringComparison.Ordinal), RfcCurveKey.Replace("}", ",\"d\":\"AAAA\"}", StringComparison.Ordinal),
        ];

        Assert.All(wrong, text => Assert.NotNull(KeyReader.Read(text).Problem));
        Assert.All(wrong, text => Assert.Null(KeyReader.Read(text).Key));
    }

    [Fact]
    public async Task Published_keys_are_fetched_once_and_again_for_an_unknown_key_id()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var server = await ApiServer.StartAsync(
            null, null, FrontFixture.MapProbe, "--Auth:SigningKeys:0=", $"--Auth:JwksUri={issuer.Address}jwks.json");
        issuer.Publish("one");

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("one"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("one"))).Status);
        Assert.Equal(1, issuer.Fetches);

        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/probe/a", issuer.Token($"unknown{i}"))).Status);
        Assert.Equal(1, issuer.Fetches);
    }

    [Fact]
    public async Task A_token_signed_by_one_published_key_under_the_id_of_another_is_401()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var server = await ApiServer.StartAsync(
            null, null, FrontFixture.MapProbe, "--Auth:SigningKeys:0=", $"--Auth:JwksUri={issuer.Address}jwks.json");
        issuer.Publish("one");
        issuer.Publish("two");

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("two"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/probe/a", issuer.Token("two", keyId: "one"))).Status);
    }

    private static (string Pem, Func<byte[], byte[]> Sign) Signer(string algorithm)
    {
        if (algorithm is "RS256" or "PS256")
        {
            var rsa = RSA.Create(2048);
            var padding = algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
            return (rsa.ExportSubjectPublicKeyInfoPem(), data => rsa.SignData(data, HashAlgorithmName.SHA256, padding));
        }
        var (curve, hash) = algorithm switch
        {
            "ES256" => (ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
            "ES384" => (ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
            _ => (ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        };
        var ecdsa = ECDsa.Create(curve);
        return (ecdsa.ExportSubjectPublicKeyInfoPem(), data => ecdsa.SignData(data, hash));
    }
}
