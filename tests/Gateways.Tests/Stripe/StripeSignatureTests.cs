using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

public sealed class StripeSignatureTests
{
    private const string Body = """{"id":"evt_1","object":"event","data":{"object":{"id":"pi_1"}}}""";
    private static readonly string Good = Mac(Body);

    [Fact]
    public async Task H0_a_signed_body_is_authentic_and_says_by_which_secret()
    {
        var verdict = await JudgeAsync(Body, $"t={T},v1={Good}");
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal(("secret-0", "evt_1", "pi_1"), (verdict.SecretId, verdict.EventKey, verdict.PartitionKey));
    }

    [Fact]
    public async Task H1_a_missing_header_is_not_authentic() => await Refused();

    [Fact]
    public async Task H2_an_empty_header_is_not_authentic() => await Refused("");

    [Fact]
    public async Task H3_two_header_lines_are_not_authentic() => await Refused($"t={T},v1={Good}", $"t={T},v1={Good}");

    [Fact]
    public async Task H4_a_header_without_time_is_not_authentic() => await Refused($"v1={Good}");

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("+1793613610")]
    [InlineData("1793613610.0")]
    [InlineData(" 1793613610")]
    [InlineData("١٧٩٣٦١٣٦١٠")]
    [InlineData("")]
    public async Task H5_H6_a_time_that_is_no_number_is_not_authentic_though_signed(string time) =>
        await Refused($"t={time},v1={Mac(Body, time)}");

    [Theory]
    [InlineData("99999999999999")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775807")]
    [InlineData("999999999999999999999999999999")]
    public async Task H7_a_time_beyond_32_or_64_bits_is_not_authentic_though_signed(string time) =>
        await Refused($"t={time},v1={Mac(Body, time)}");

    [Fact]
    public async Task H8_two_times_are_not_authentic()
    {
        await Refused($"t={T},t={T},v1={Good}");
        await Refused($"t=1,t={T},v1={Good}");
        await Refused($"t={T},v1={Good},t=1");
    }

    [Fact]
    public async Task H9_scheme_v0_alone_is_not_authentic() => await Refused($"t={T},v0={Good}");

    [Fact]
    public async Task H10_a_signature_that_is_short_long_upper_case_or_no_hex_is_not_authentic()
    {
        await Refused($"t={T},v1={Good[..62]}");
        await Refused($"t={T},v1={Good}00");
        await Refused($"t={T},v1={Good.ToUpperInvariant()}");
        await Refused($"t={T},v1={Good[..63]}g");
        await Refused($"t={T},v1=");
        await Refused($"t={T},v1");
        await Refused($"t={T},={Good}");
    }

    [Fact]
    public async Task H11_more_than_sixteen_signatures_are_not_authentic()
    {
        var others = string.Concat(Enumerable.Repeat($",v1={new string('0', 64)}", 15));
        Assert.Equal(WebhookVerdictKind.Authentic, (await JudgeAsync(Body, $"t={T}{others},v1={Good}")).Kind);
        await Refused($"t={T}{others},v1={Good},v1={Good}");
        await Refused($"t={T},v1={Good},{new string('x', 5000)}=1");
    }

    [Fact]
    public async Task H12_the_third_of_three_signatures_may_match()
    {
        var zero = new string('0', 64);
        Assert.Equal(WebhookVerdictKind.Authentic, (await JudgeAsync(Body, $"t={T},v1={zero},v1=junk,v1={Good},v0={zero}")).Kind);
    }

    [Fact]
    public async Task H13_one_changed_byte_is_not_authentic()
    {
        using var stripe = Make();
        for (var at = 0; at < Body.Length; at++)
        {
            var changed = Bytes(Body);
            changed[at] ^= 1;
            Assert.Equal(WebhookVerdictKind.NotAuthentic, (await stripe.Verify(changed, (Header, $"t={T},v1={Good}"))).Kind);
        }
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public async Task H14_H15_the_time_may_differ_by_the_tolerance_in_both_directions(int seconds, bool accepted)
    {
        var time = $"{Now.ToUnixTimeSeconds() + seconds}";
        var verdict = await JudgeAsync(Body, $"t={time},v1={Mac(Body, time)}");
        Assert.Equal(accepted ? WebhookVerdictKind.Authentic : WebhookVerdictKind.NotAuthentic, verdict.Kind);
    }

    [Fact]
    public async Task H15_a_forged_signature_is_called_so_whatever_its_time() =>
        Assert.Equal("signature_mismatch", (await JudgeAsync(Body, $"t=1,v1={new string('0', 64)}")).Reason);

    [Fact]
    public async Task H16_H17_a_previous_secret_counts_until_it_expires()
    {
        using var stripe = Make(
            ("WebhookSecrets:0", Secret("new")),
            ("WebhookSecrets:1:Value", Secret("old")),
            ("WebhookSecrets:1:ExpiresAt", "2026-11-02T11:00:20+01:00"));
        var body = Bytes(Body);
        Assert.Equal("secret-1", (await stripe.Verify(body, StripeSigner.Header(body, Now, Secret("old")))).SecretId);
        Assert.Equal("secret-0", (await stripe.Verify(body, StripeSigner.Header(body, Now, Secret("new")))).SecretId);

        stripe.Clock.Now = Now.AddSeconds(10);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await stripe.Verify(body, StripeSigner.Header(body, Now, Secret("old")))).Kind);
        Assert.Equal("secret-0", (await stripe.Verify(body, StripeSigner.Header(body, Now, Secret("new")))).SecretId);
    }

    [Fact]
    public async Task H18_the_secret_of_another_account_is_not_authentic()
    {
        using var stripe = Make(("WebhookSecrets:0", Secret("shop")), ("Accounts:eu:WebhookSecrets:0", Secret("eu")));
        var body = Bytes(Body);
        Assert.Equal(WebhookVerdictKind.Authentic, (await Judge("eu", Secret("eu"))).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Judge("eu", Secret("shop"))).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await Judge("default", Secret("eu"))).Kind);
        Assert.Equal("unknown_account", (await Judge("us", Secret("eu"))).Reason);

        async Task<WebhookVerdict> Judge(string account, string secret) => await stripe.Gateway.VerifyAsync(
            new WebhookRequest(account, body, new HeaderLines([StripeSigner.Header(body, Now, secret)])), CancellationToken.None);
    }

    [Fact]
    public async Task H19_a_replay_within_the_tolerance_has_the_same_event_key()
    {
        var first = await JudgeAsync(Body, $"t={T},v1={Good}");
        Assert.Equal(first, await JudgeAsync(Body, $"t={T},v1={Good}"));
    }

    [Fact]
    public async Task H21_a_signature_over_the_body_without_the_time_is_not_authentic()
    {
        var overBody = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Bytes(StripeSigner.Secret), Bytes(Body)));
        await Refused($"v1={overBody}");
        await Refused($"t={T},v1={overBody}");
    }

    [Fact]
    public async Task H64_an_empty_body_is_malformed_though_signed() =>
        Assert.Equal(WebhookVerdictKind.Malformed, (await JudgeAsync("", $"t={T},v1={Mac("")}")).Kind);

    [Fact]
    public async Task H65_a_body_of_256_kB_is_authentic()
    {
        var large = $$"""{"id":"evt_big","pad":"{{new string('x', 256 * 1024 - 27)}}"}""";
        Assert.Equal("evt_big", (await JudgeAsync(large, $"t={T},v1={Mac(large)}")).EventKey);
    }

    [Fact]
    public async Task H93_a_signed_body_that_is_not_UTF8_is_malformed_and_an_unsigned_one_not_authentic()
    {
        using var stripe = Make();
        byte[] body = [.. Bytes("""{"id":"evt_"""), 0xC3, 0x28, .. Bytes("\"}")];
        Assert.Equal(WebhookVerdictKind.Malformed, (await stripe.Verify(body, StripeSigner.Header(body, Now))).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await stripe.Verify(body, StripeSigner.Header(body, Now, Secret("other")))).Kind);
    }

    [Fact]
    public async Task A_refusal_after_the_whole_check_allocates_nothing()
    {
        using var stripe = Make(("WebhookSecrets:0", Secret("a")), ("WebhookSecrets:1", Secret("b")));
        var request = new WebhookRequest("default", new byte[250], new OneHeader($"t={T},v1={new string('0', 64)},v1={Good}"));
        // Library code may box until it is optimised, in the background, some thousand calls later.
        var started = TimeProvider.System.GetTimestamp();
        while (Allocated() > 0)
        {
            var waited = TimeProvider.System.GetElapsedTime(started);
            Assert.True(waited < TimeSpan.FromSeconds(60), $"{Allocated()} bytes in 1000 checks.");
            await Task.Delay(100);
        }

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var run = 0; run < 1000; run++) Judge();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Judge()
        {
            var verdict = stripe.Gateway.VerifyAsync(request, CancellationToken.None);
            if (!verdict.IsCompletedSuccessfully) Assert.Fail("The verdict was not given at once.");
        }
    }

    private static async Task Refused(params string[] headerLines)
    {
        var verdict = await JudgeAsync(Body, headerLines);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, verdict.Kind);
        Assert.Null(verdict.SecretId);
    }

    private sealed class OneHeader(string line) : IWebhookHeaders
    {
        public int Get(string name, out string value)
        {
            value = line;
            return 1;
        }
    }

    private static string Secret(string whose) => $"whsec_of_these_tests_0123456789_{whose}";
}
