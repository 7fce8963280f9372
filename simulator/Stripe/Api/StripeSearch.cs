using System.Text.RegularExpressions;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>The search language as far as it finds payments: <c>metadata['payment_id']:'pay_1' AND status:'succeeded'</c>.</summary>
internal static partial class StripeSearch
{
    public static Func<ApiIntent, bool> Of(string query)
    {
        var clauses = query.Split(" AND ").Select(Clause).ToArray();
        return intent => clauses.All(clause => clause(intent));
    }

    private static Func<ApiIntent, bool> Clause(string text)
    {
        var match = ClauseText().Match(text.Trim());
        if (!match.Success) throw StripeErrors.Invalid(null, $"The search clause `{text}` is not understood.", "query");
        var (field, key, value) = (match.Groups["field"].Value, match.Groups["key"].Value, match.Groups["value"].Value);
        return field switch
        {
            "metadata" => intent => intent.MetadataMap.GetValueOrDefault(key) == value,
            "status" => intent => intent.Status == value,
            "customer" => intent => intent.Customer == value,
            "currency" => intent => intent.Truth.Currency.Lower == value,
            _ => throw StripeErrors.Invalid(null, $"Field `{field}` is not searchable.", "query"),
        };
    }

    [GeneratedRegex("""^(?<field>\w+)(\[["'](?<key>[^"']+)["']\])?:["'](?<value>[^"']*)["']$""")]
    private static partial Regex ClauseText();
}
