using System.Text.Json;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// What was told of the checks, each member by itself: what was said with money outranks what was said of an attempt, then the newest
/// counts, then the greater word. A fact that does not name a member leaves it as it is.
/// </summary>
internal sealed class CheckMemory
{
    /// <summary>Highest first; each holds the members in which nothing outranks it, and at least one.</summary>
    private readonly Said[] _said;

    private CheckMemory(Said[] said) => _said = said;

    private readonly record struct Said(bool WithMoney, long UtcTicks, string? Avs, string? Cvv, string? RiskLevel, int? RiskScore)
    {
        public bool IsEmpty => Avs is null && Cvv is null && RiskLevel is null && RiskScore is null;

        public int CompareRank(in Said other)
        {
            var order = WithMoney.CompareTo(other.WithMoney);
            return order != 0 ? order : UtcTicks.CompareTo(other.UtcTicks);
        }

        /// <summary>Both at the same rank.</summary>
        public Said Join(in Said other) => this with
        {
            Avs = Greater(Avs, other.Avs),
            Cvv = Greater(Cvv, other.Cvv),
            RiskLevel = Greater(RiskLevel, other.RiskLevel),
            RiskScore = RiskScore is { } score ? Math.Max(score, other.RiskScore ?? score) : other.RiskScore,
        };

        /// <summary>Without what a higher one says.</summary>
        public Said Below(in Said higher) => this with
        {
            Avs = higher.Avs is null ? Avs : null,
            Cvv = higher.Cvv is null ? Cvv : null,
            RiskLevel = higher.RiskLevel is null ? RiskLevel : null,
            RiskScore = higher.RiskScore is null ? RiskScore : null,
        };

        private static string? Greater(string? one, string? other) => string.CompareOrdinal(one, other) >= 0 ? one : other;
    }

    /// <returns>The same object when the fact adds nothing.</returns>
    public static CheckMemory? Join(CheckMemory? known, Fact fact)
    {
        var details = fact.Details;
        if (details is { AvsResult: null, CvvResult: null, RiskLevel: null, RiskScore: null })
            return known;
        var told = new Said(
            fact.Kind is FactKind.Authorized or FactKind.Captured, fact.OccurredAt.UtcTicks, Words.Bounded(details.AvsResult),
            Words.Bounded(details.CvvResult), Words.Bounded(details.RiskLevel), details.RiskScore);
        if (known is null)
            return told.IsEmpty ? null : new CheckMemory([told]);
        var joined = Joined(known._said, told);
        return joined.AsSpan().SequenceEqual(known._said) ? known : new CheckMemory(joined);
    }

    private static Said[] Joined(Said[] known, Said told)
    {
        var all = new List<Said>(known.Length + 1);
        foreach (var said in known)
        {
            if (said.CompareRank(told) == 0) told = told.Join(said);
            else all.Add(said);
        }
        all.Add(told);
        all.Sort(static (left, right) => right.CompareRank(left));
        for (var low = 1; low < all.Count; low++)
            for (var high = 0; high < low; high++)
                all[low] = all[low].Below(all[high]);
        all.RemoveAll(static said => said.IsEmpty);
        return [.. all];
    }

    public PaymentChecks Shown()
    {
        var shown = default(Said);
        foreach (var said in _said)
            if (said.WithMoney == _said[0].WithMoney)
                shown = said.Join(shown);
        return new PaymentChecks(shown.Avs, shown.Cvv, shown.RiskLevel, shown.RiskScore);
    }

    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        foreach (var said in _said)
        {
            json.WriteStartArray();
            json.WriteNumberValue(said.WithMoney ? 1 : 0);
            json.WriteNumberValue(said.UtcTicks);
            json.WriteStringValue(said.Avs);
            json.WriteStringValue(said.Cvv);
            json.WriteStringValue(said.RiskLevel);
            if (said.RiskScore is { } score)
                json.WriteNumberValue(score);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    public static CheckMemory? Read(ref Utf8JsonReader json)
    {
        var all = new List<Said>(1);
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            var withMoney = json.GetInt32() == 1;
            json.Read();
            var said = new Said(
                withMoney, json.GetInt64(), FoldMemoryJson.TextOrNull(ref json), FoldMemoryJson.TextOrNull(ref json),
                FoldMemoryJson.TextOrNull(ref json), null);
            json.Read();
            all.Add(json.TokenType == JsonTokenType.Number ? said with { RiskScore = json.GetInt32() } : said);
            FoldMemoryJson.SkipRest(ref json);
        }
        return all.Count == 0 ? null : new CheckMemory([.. all]);
    }
}
