using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Api.Requests;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Card numbers are refused wherever they stand, and ids are not taken for them.</summary>
public sealed class CardNumberTests(FrontFixture front, ITestOutputHelper output) : IClassFixture<FrontFixture>
{
    private const string Visa = "4111111111111111";
    private ApiServer Server => front.Server;

    // Published test numbers of the networks and gateways, 13 to 19 digits.
    private static readonly string[] TestNumbers =
    [
        "4242424242424242", "4000056655665556", "4111111111111111", "4012888888881881", "4222222222222", "4000000000000002", "4000002500003155",
        "5555555555554444", "5200828282828210", "5105105105105100", "2223003122003222", "2222400070000005", "5454545454545454", "378282246310005",
        "371449635398431", "370000000000002", "6011111111111117", "6011000990139424", "6445644564456445", "3056930009020004", "36227206271667",
        "30569309025904", "38520000023237", "3566002020360505", "3530111333300000", "6200000000000005", "6205500000000000004", "8171999927660000",
        "6759649826438453", "5019717010103742", "6304000000000000", "4917610000000000003", "6062828888666688", "6363689999999996",
    ];

    private static readonly Func<string, string>[] Formats =
    [
        n => n,
        n => Group(n, ' '),
        n => Group(n, '-'),
        n => Group(n, '.'),
        n => string.Join(' ', n.ToCharArray()),
        n => string.Join('-', n.ToCharArray()),
        n => Group(n, '\u00A0'),
        n => Group(n, '\u2013'),
        n => string.Concat(n.Select(c => (char)(c - '0' + '\uFF10'))),
        n => Group(string.Concat(n.Select(c => (char)(c - '0' + '\uFF10'))), '\u3000'),
        n => string.Concat(n.Select(c => char.ConvertFromUtf32(c - '0' + 0x1D7CE))),
        n => string.Join('\u200B', n.ToCharArray()),
        n => $"card: {n}",
        n => $"card={n};exp=12/27",
        n => $"{Group(n, ' ')} 12/27 123",
        n => $"order 12 {n} of 3",
        n => $"({n})",
        n => $"PAN{n}END",
        n => $"{{\"number\":\"{n}\"}}",
        n => $"\t{Group(n, ' ')}\r\n",
    ];

    [Fact]
    public void H118_every_test_number_in_twenty_formats_is_found()
    {
        Assert.Equal(20, Formats.Length);
        var missed = from number in TestNumbers
                     from format in Formats.Index()
                     where !CardNumbers.In(format.Item(number))
                     select $"{number} in format {format.Index}";

        Assert.Empty(missed);
    }

    [Fact]
    public void At_most_one_of_a_hundred_thousand_ids_is_taken_for_a_card_number()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("CARD_NUMBER_IDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 200_000;
        var random = new Random(7);

        var taken = Enumerable.Range(0, count).Select(index => RealIds.Next(random, index)).Where(id => CardNumbers.In(id)).ToList();

        output.WriteLine($"{count} ids of real formats, {taken.Count} taken for card numbers.");
        Assert.True(taken.Count <= count / 100_000, $"{taken.Count}: {string.Join(", ", taken.Take(10))}");
    }

    [Theory]
    [InlineData("4111111111111112"), InlineData("41111111111111111111111"), InlineData("411111111111"), InlineData("9111111111111111")]
    [InlineData("4111  1111 1111 1111"), InlineData("+4915112345674"), InlineData("DE89 3704 0044 0532 0130 00")]
    public void What_is_no_card_number_is_let_through(string text) => Assert.False(CardNumbers.In(text));

    [Theory]
    [InlineData("""{"amount":1,"reference":"4111 1111 1111 1111"}""", "reference"), InlineData("""{"amount":1,"metadata":{"note":"4111-1111-1111-1111"}}""", "metadata.note")]
    [InlineData("""{"amount":1,"metadata":{"4111111111111111":"x"}}""", "metadata"), InlineData("""{"amount":4111111111111111}""", "amount")]
    [InlineData("""{"amount":1,"unknown":["\uff14111111111111111"]}""", "unknown[0]"), InlineData("""{"amount":1,"cvv":"123"}""", "cvv")]
    [InlineData("""{"amount":1,"metadata":{"CVC":"123"}}""", "metadata.CVC"), InlineData("""{"amount":1,"card_number":"x"}""", "card_number")]
    [InlineData("""{"amount":1,"billing":{"track2":"x"}}""", "billing.track2"), InlineData("""{"amount":1,"pin":1234}""", "pin")]
    public async Task H118_H119_card_data_in_a_body_is_refused_by_the_member_s_name_and_not_repeated(string json, string member)
    {
        var answer = await Server.PostAsync("/v1/probe", json, ("Idempotency-Key", "k"));

        Assert.Equal((HttpStatusCode.BadRequest, "pan_not_allowed"), (answer.Status, answer.Code));
        Assert.Equal(member, answer.Member);
        Assert.DoesNotContain("1111", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H118_a_card_number_in_path_query_or_header_is_refused_before_anything_else()
    {
        ApiAnswer[] answers =
        [
            await Server.GetAsync($"/v1/probe/{Visa}"),
            await Server.GetAsync("/v1/probe/4111%201111%201111%201111", token: ""),
            await Server.GetAsync($"/v1/probe/a?orderId={Visa}"),
            await Server.GetAsync("/v1/probe/a?q=4111%2B1&p=%EF%BC%94111111111111111"),
            await Server.GetAsync("/nowhere/" + Visa),
            await Server.SendAsync(HttpMethod.Get, "/v1/probe/a", headers: ("X-Note", "4111-1111-1111-1111")),
            await Server.PostAsync("/v1/probe", """{"amount":1}""", ("Idempotency-Key", Visa)),
        ];

        Assert.All(answers, answer => Assert.Equal("pan_not_allowed", answer.Code));
        Assert.All(answers, answer => Assert.DoesNotContain("1111", answer.Body, StringComparison.Ordinal));
    }

    private static string Group(string number, char separator) =>
        string.Join(separator, number.Chunk(4).Select(group => new string(group)));
}

/// <summary>Ids, phone numbers, account numbers and times as they really look.</summary>
internal static class RealIds
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Capitals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // Adyen's older references: sixteen digits.
    private static readonly string[] AdyenStarts = ["88", "86", "85", "84", "83", "79", "99"];

    public static string Next(Random random, int index) => (index % 24) switch
    {
        0 => "pi_3" + Text(random, Base62, 23),
        1 => "ch_3" + Text(random, Base62, 23),
        2 => "evt_1" + Text(random, Base62, 23),
        3 => "cus_" + Text(random, Base62, 14),
        4 => Text(random, Capitals, 17),
        5 => Text(random, "BCDFGHJKLMNPQRSTVWXZ23456789", 16),
        6 => AdyenStarts[random.Next(AdyenStarts.Length)] + Text(random, "0123456789", 14),
        7 => new Guid(Bytes(random)).ToString(),
        8 => "pay_" + Guid.CreateVersion7(At(random)).ToString("N"),
        9 => Guid.CreateVersion7(At(random)).ToString(),
        10 => $"+{random.Next(1, 99)}{random.NextInt64(100_000_000, 9_999_999_999)}",
        11 => $"0{random.Next(30, 999)} {random.Next(1_000_000, 99_999_999)}",
        12 => Iban(random),
        13 => At(random).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        14 => At(random).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture),
        15 => At(random).ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture),
        16 => $"00-{Convert.ToHexStringLower(Bytes(random))}-{Convert.ToHexStringLower(Bytes(random)[..8])}-01",
        17 => $"re_{Guid.CreateVersion7(At(random)):N}",
        18 => "re_3" + Text(random, Base62, 23),
        19 => "pm_1" + Text(random, Base62, 23),
        20 => $"WH-{Text(random, Capitals, 17)}-{Text(random, Capitals, 17)}",
        21 => "PAYID-" + Text(random, Capitals, 23),
        22 => "1" + Text(random, Capitals, 7) + Text(random, "0123456789", 9) + Text(random, "ABCDEFGHIJ", 1),
        _ => $"2026-{random.Next(1, 999_999):D6}",
    };

    private static string Text(Random random, string letters, int length) => new([.. Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)])]);

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return bytes;
    }

    private static DateTimeOffset At(Random random) => DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(1_600_000_000_000, 1_900_000_000_000));

    private static string Iban(Random random)
    {
        var account = Text(random, "0123456789", 18);
        var remainder = (account + "131400").Aggregate(0, (sum, digit) => ((sum * 10) + digit - '0') % 97);
        var compact = $"DE{98 - remainder:D2}{account}";
        return random.Next(2) == 0 ? compact : string.Join(' ', compact.Chunk(4).Select(part => new string(part)));
    }
}
