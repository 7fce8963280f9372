using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace PaymentPipeline.Gateways.Tests;

/// <summary>S12: the same twenty forgeries against every registered gateway. None is accepted, none throws.</summary>
public sealed class GenericForgeryTests
{
    private static readonly Dictionary<string, Func<GenuineRequest, GenuineRequest, GenuineRequest>> Forgeries = new()
    {
        ["signature removed"] = (it, _) => it.WithSignature(""),
        ["signature blank"] = (it, _) => it.WithSignature(" "),
        ["signature of zeros"] = (it, _) => it.WithSignature(new string('0', it.Signature.Length)),
        ["first character changed"] = (it, _) => it.WithSignature(Changed(it.Signature, 0)),
        ["middle character changed"] = (it, _) => it.WithSignature(Changed(it.Signature, it.Signature.Length / 2)),
        ["signature cut in half"] = (it, _) => it.WithSignature(it.Signature[..(it.Signature.Length / 2)]),
        ["signature twice"] = (it, _) => it.WithSignature(it.Signature + it.Signature),
        ["signature with cases swapped"] = (it, _) => it.WithSignature(string.Concat(it.Signature.Select(SwapCase))),
        ["signature backwards"] = (it, _) => it.WithSignature(string.Concat(it.Signature.Reverse())),
        ["signature in quotes"] = (it, _) => it.WithSignature($"'{it.Signature}'"),
        ["signature with a scheme before it"] = (it, _) => it.WithSignature($"sha256={it.Signature}"),
        ["the word null"] = (it, _) => it.WithSignature("null"),
        ["a wildcard"] = (it, _) => it.WithSignature("*"),
        ["signature of another body"] = (it, other) => it.WithSignature(other.Signature),
        ["a signed text changed"] = (it, _) => it with
        {
            Body = Encoding.UTF8.GetBytes(it.Text.Replace(it.SignedText, "forged", StringComparison.Ordinal)),
        },
        ["body cut in half"] = (it, _) => it with { Body = it.Body[..(it.Body.Length / 2)] },
        ["body twice"] = (it, _) => it with { Body = [.. it.Body, .. it.Body] },
        ["no body"] = (it, _) => it with { Body = [] },
        ["body in UTF-16"] = (it, _) => it with { Body = Encoding.Unicode.GetBytes(it.Text) },
        ["body compressed"] = (it, _) => it with { Body = Compressed(it.Body) },
        ["another account"] = (it, _) => it with { Account = "other" },
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var request in GenuineRequests.Makers.Keys)
                foreach (var forgery in Forgeries.Keys) cases.Add(request, forgery);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task S12_a_forgery_is_refused_by_every_gateway(string request, string forgery)
    {
        var (make, genuine) = GenuineRequests.Makers[request];
        using var gateway = make();
        Assert.Equal(WebhookVerdictKind.Authentic, (await genuine("one").JudgeAsync(gateway)).Kind);

        var verdict = await Forgeries[forgery](genuine("one"), genuine("two")).JudgeAsync(gateway);

        Assert.NotEqual(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Null(verdict.SecretId);
        Assert.True(string.IsNullOrEmpty(verdict.EventKey));
    }

    [Fact]
    public void S12_every_registered_gateway_is_among_them()
    {
        var services = new ServiceCollection().AddGateways(new ConfigurationBuilder().Build());
        var registered = services.Select(service => service.ImplementationInstance).OfType<GatewayRegistration>();
        var tested = GenuineRequests.Makers.Keys.Select(name => name.Split(' ')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.All(registered, registration => Assert.Contains(registration.Section, tested));
        Assert.True(Forgeries.Count >= 20);
    }

    private static string Changed(string text, int at) => text[..at] + (text[at] == 'a' ? 'b' : 'a') + text[(at + 1)..];

    private static char SwapCase(char c) => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c);

    private static byte[] Compressed(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(body);
        return compressed.ToArray();
    }
}
