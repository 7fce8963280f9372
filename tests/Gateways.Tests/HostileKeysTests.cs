using System.Diagnostics;
using System.Text;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Gateways.Tests;

/// <summary>A signed body with a hundred thousand members whose names meet in one place of a table: no gateway's reader slows down.</summary>
public sealed class HostileKeysTests
{
    private const int Count = 100_000;
    private static readonly Lazy<string> Members = new(() => CollidingNames.Members(Count));

    public static TheoryData<string> Gateways => ["stripe", "adyen items", "paypal"];

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task H89_many_members_with_one_hash_are_read_in_time_and_quarantined_when_one_is_there_twice(string request)
    {
        var (make, genuine) = GenuineRequests.Makers[request];
        using var gateway = make();
        var hostile = With(genuine("one"), Members.Value);
        var twice = With(genuine("two"), $"{Members.Value},\"{CollidingNames.All().First()}\":1");
        Assert.NotEmpty(gateway.Read(genuine("three").Text));

        var began = Stopwatch.GetTimestamp();
        await hostile.JudgeAsync(gateway);
        var events = gateway.Read(hostile.Text);
        Assert.Throws<UnreadableWebhookException>(() => gateway.Read(twice.Text));

        Assert.Single(events);
        // Two bodies of nearly two megabytes, three times through; on an idle machine 0.2 s. Compared with each other: minutes.
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5), $"{Stopwatch.GetElapsedTime(began)}");
    }

    private static GenuineRequest With(GenuineRequest request, string members) =>
        request with { Body = Encoding.UTF8.GetBytes($"{{{members},{request.Text.TrimStart()[1..]}") };
}
