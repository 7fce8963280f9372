using System.Globalization;
using System.Net;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Set <c>PIPELINE_SEEDED_RUNS</c> to a number (10000) to run that many; the suite runs 200.</summary>
public sealed class SeededRunTests : IClassFixture<MoneyFixture>
{
    private const string InTheSuite = "200";
    private readonly MoneyFixture _money;

    public SeededRunTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    /// <summary>
    /// Each payment meets a gateway that fails its first calls in a way drawn from the seed: it acts and is silent, is silent without
    /// acting, throws, cannot be reached. Some callers ask again with their key, others leave. Every payment ends with exactly one
    /// effect; where the first call certainly reached nobody, with none and failed.
    /// </summary>
    [Fact]
    public async Task I16_whatever_a_gateway_does_at_first_there_is_one_effect_per_operation()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEEDED_RUNS") ?? InTheSuite, CultureInfo.InvariantCulture);
        _money.Booth.MoodOfAmount = MoodOf;
        var answers = new ApiAnswer[runs];
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (seed, _) => answers[seed] = await RunAsync(seed));
        await Eventually.Async(IsQuietAsync, TimeSpan.FromSeconds(60 + (runs / 20)));

        var effects = _money.Booth.Effects.ToLookup(effect => effect.Amount!.Value.AmountMinor);
        for (var seed = 0; seed < runs; seed++)
        {
            var reached = answers[seed].Status != HttpStatusCode.ServiceUnavailable;
            Assert.True(effects[1 + seed].Count() == (reached ? 1 : 0), $"seed {seed}: {effects[1 + seed].Count()} effects after {answers[seed].Status}");
            var payment = reached ? answers[seed].Json : answers[seed].Json.GetProperty("payment");
            var shown = await _money.GetAsync(payment.GetProperty("paymentId").GetString()!);
            Assert.Equal(reached ? "AUTHORIZED" : "FAILED", shown.Json.GetProperty("status").GetString());
        }
    }

    private async Task<ApiAnswer> RunAsync(int seed)
    {
        var answer = await AskAsync(seed);
        for (var again = new Random(~seed).Next(3); again > 0 && answer.Status == HttpStatusCode.Accepted; again--)
        {
            var next = await AskAsync(seed);
            if (next.Status != HttpStatusCode.Conflict) answer = next;
        }
        return answer;
    }

    private Task<ApiAnswer> AskAsync(int seed) => _money.CreateAsync(1 + seed, key: string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));

    private async Task<bool> IsQuietAsync()
    {
        await _money.HurryAsync();
        return await _money.ScalarAsync<long>("SELECT count(*) FROM books.api_operations WHERE state IN ('Open', 'Unknown')") == 0;
    }

    // The amount names the seed: how the gateway fails is drawn from it.
    private static Mood MoodOf(long amount, int asked)
    {
        var random = new Random((int)amount);
        var failures = random.Next(1, 4);
        if (asked >= failures) return Mood.Fine;
        for (var skip = 0; skip < asked; skip++) random.Next();
        return random.Next(4) switch
        {
            0 => Mood.DoesItSilently,
            1 => Mood.Mute,
            2 => Mood.Throws,
            _ => Mood.NotReached,
        };
    }
}
