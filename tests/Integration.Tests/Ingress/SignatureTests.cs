using System.Globalization;
using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>
/// Forgeries over HTTP: one answer of one length for all, and nothing in the log. (What a signature must be is proved
/// at the gateways; here that ingress does nothing for a stranger.)
/// </summary>
public sealed class SignatureTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private readonly IngressServer _server = fixture.Server;

    [Theory]
    [InlineData("H1_header_missing")]
    [InlineData("H2_header_empty")]
    [InlineData("H3_two_header_lines")]
    [InlineData("H4_time_missing")]
    [InlineData("H5_time_is_no_number")]
    [InlineData("H6_time_negative")]
    [InlineData("H7_time_overflows")]
    [InlineData("H8_two_times")]
    [InlineData("H9_only_v0")]
    [InlineData("H10_v1_short")]
    [InlineData("H10_v1_upper_case")]
    [InlineData("H10_v1_no_hex")]
    [InlineData("H11_more_than_16_v1")]
    [InlineData("H14_too_old")]
    [InlineData("H15_from_the_future")]
    [InlineData("H18_secret_of_another_account")]
    [InlineData("H21_time_and_v1_replaced_by_v0")]
    public async Task H1_to_H21_a_forgery_is_401_and_leaves_nothing(string forgery)
    {
        var body = StripeWebhook.Body();

        var response = await SendAsync(body, [.. Forge(forgery, body)]);

        await Refused(response, body);
    }

    [Fact]
    public async Task H12_the_third_of_three_signatures_counts()
    {
        var body = StripeWebhook.Body();
        var t = Now();
        var other = new string('a', 64);

        var response = await SendAsync(body, $"t={t},v1={other},v1={other},v1={StripeWebhook.V1(body, t)}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await _server.RecordOfAsync("stripe", body);
    }

    [Fact]
    public async Task H13_one_changed_byte_is_not_authentic()
    {
        var body = StripeWebhook.Body();
        var signature = StripeWebhook.Sign(body);
        body[^2] ^= 1;

        await Refused(await SendAsync(body, signature), body);
    }

    [Fact]
    public async Task H16_the_previous_secret_still_counts_and_the_record_names_it()
    {
        var body = StripeWebhook.Body();

        var response = await SendAsync(body, StripeWebhook.Sign(body, IngressServer.PreviousSecret));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("secret-1", (await _server.RecordOfAsync("stripe", body)).Header("secret-id"));
    }

    [Fact]
    public async Task H19_the_same_request_again_is_200_again()
    {
        var body = StripeWebhook.Body();
        var signature = StripeWebhook.Sign(body);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(body, signature)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(body, signature)).StatusCode);

        // Two records of one key: the inbox makes one event of them, after the log.
        var records = (await _server.RecordsAsync("stripe")).Where(record => record.Value.Span.SequenceEqual(body)).ToList();
        Assert.Equal(2, records.Count);
        Assert.Single(records.Select(record => record.Header("event-key")).Distinct());
        Assert.Single(records.Select(record => record.Partition).Distinct());
    }

    [Fact]
    public async Task Every_forgery_is_answered_with_the_same_bytes()
    {
        var answers = new HashSet<string>();
        foreach (var forgery in new[] { "H1_header_missing", "H5_time_is_no_number", "H9_only_v0", "H10_v1_short", "H14_too_old" })
        {
            var body = StripeWebhook.Body();
            var response = await SendAsync(body, [.. Forge(forgery, body)]);
            answers.Add($"{response.Content.Headers} {await response.Content.ReadAsStringAsync()}");
        }

        Assert.Single(answers);
    }

    private static IEnumerable<string> Forge(string forgery, byte[] body)
    {
        var t = Now();
        var v1 = StripeWebhook.V1(body, t);
        var now = long.Parse(t, CultureInfo.InvariantCulture);
        return forgery[(forgery.IndexOf('_', StringComparison.Ordinal) + 1)..] switch
        {
            "header_missing" => [],
            "header_empty" => [""],
            "two_header_lines" => [$"t={t},v1={v1}", $"t={t},v1={v1}"],
            "time_missing" => [$"v1={v1}"],
            "time_is_no_number" => [$"t=abc,v1={StripeWebhook.V1(body, "abc")}"],
            "time_negative" => [$"t=-1,v1={StripeWebhook.V1(body, "-1")}"],
            "time_overflows" => [$"t=99999999999999,v1={StripeWebhook.V1(body, "99999999999999")}"],
            "two_times" => [$"t={t},t={now - 1},v1={v1}"],
            "only_v0" or "time_and_v1_replaced_by_v0" => [$"t={t},v0={v1}"],
            "v1_short" => [$"t={t},v1={v1[..63]}"],
            "v1_upper_case" => [$"t={t},v1={v1.ToUpperInvariant()}"],
            "v1_no_hex" => [$"t={t},v1={v1[..63]}g"],
            "more_than_16_v1" => [$"t={t}{string.Concat(Enumerable.Repeat($",v1={new string('0', 64)}", 16))},v1={v1}"],
            "too_old" => [StripeWebhook.Sign(body, time: now - 302)],
            "from_the_future" => [StripeWebhook.Sign(body, time: now + 310)],
            "secret_of_another_account" => [StripeWebhook.Sign(body, "whsec_another_account_of_the_tests_0001")],
            _ => throw new ArgumentOutOfRangeException(nameof(forgery), forgery, "No such forgery."),
        };
    }

    /// <summary>Written to the socket, because HTTP clients join or drop what is odd about these headers.</summary>
    private async Task<HttpResponseMessage> SendAsync(byte[] body, params string[] signatures)
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        var lines = string.Concat(signatures.Select(signature => $"Stripe-Signature: {signature}\r\n"));
        await connection.SendAsync(
            $"POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{lines}\r\n");
        await connection.SendAsync(body);
        var raw = Assert.IsType<RawResponse>(await connection.ReadAsync());
        var response = new HttpResponseMessage((HttpStatusCode)raw.Status) { Content = new ByteArrayContent(raw.Body) };
        foreach (var (name, value) in raw.Headers.Where(header => header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)))
            response.Content.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    private async Task Refused(HttpResponseMessage response, byte[] body)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            """{"type":"about:blank","title":"The request is not authentic","status":401,"code":"not_authentic"}""",
            await response.Content.ReadAsStringAsync());
        await _server.NothingKeptAsync("stripe", body);
    }

    private static string Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
