using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Api.Routing;

/// <summary>What the rules look at.</summary>
/// <param name="Gateway">Asked for by the request; null for any.</param>
/// <param name="Account">Bound by a stored method; null for any.</param>
internal sealed record RouteQuestion(
    string Tenant, Guid PaymentId, string Currency, string? Country, string? Method, string? Gateway = null, string? Account = null);

/// <summary>
/// Chooses the accounts that may take a new payment, in the order in which they are tried: 1. the tenant's accounts with credentials,
/// 2. those whose rules match, 3. shuffled by weight, the same for the same payment, 4. those that are broken just now last.
/// </summary>
internal sealed class Router(PaymentGatewayRegistry gateways, TenantAccounts accounts, IOptions<RoutingOptions> options)
{
    private const string FirstByDefault = "stripe";
    private readonly IReadOnlyList<RoutingRule> _rules = [.. options.Value.Rules];

    /// <summary>Empty when no account may take it.</summary>
    public IReadOnlyList<Candidate> Choose(RouteQuestion question)
    {
        var mine = Usable(question).ToList();
        var ordered = _rules.Count == 0 || question.Gateway is not null
            ? mine.OrderBy(account => account.Gateway == FirstByDefault ? 0 : 1)
            : Weighed(question, mine);
        return [.. ordered.OrderBy(account => IsBroken(account) ? 1 : 0)];
    }

    private IEnumerable<Candidate> Usable(RouteQuestion question) => accounts.Of(question.Tenant)
        .Where(account => question.Gateway is null || account.Gateway == question.Gateway)
        .Where(account => question.Account is null || account.Account == question.Account)
        .Where(account => gateways.Find(account.Gateway)?.Accounts.Contains(account.Account) == true)
        .Select(account => new Candidate(account.Gateway, account.Account));

    private IEnumerable<Candidate> Weighed(RouteQuestion question, List<Candidate> mine) => _rules
        .Where(rule => Matches(rule, question))
        .Select(rule => (Rule: rule, Account: new Candidate(rule.Gateway, rule.Account)))
        .Where(choice => mine.Contains(choice.Account))
        .OrderBy(choice => Place(question.PaymentId, choice.Account, choice.Rule.Weight))
        .Select(choice => choice.Account)
        .Distinct();

    private static bool Matches(RoutingRule rule, RouteQuestion question) =>
        Holds(rule.Currencies, question.Currency) && Holds(rule.Countries, question.Country) && Holds(rule.Methods, question.Method);

    private static bool Holds(IList<string> allowed, string? value) =>
        allowed.Count == 0 || (value is not null && allowed.Contains(value, StringComparer.OrdinalIgnoreCase));

    /// <summary>
    /// Sorting by -ln(u) / weight, with u drawn evenly from (0, 1), puts an account first as often as its share of the weights says
    /// (Efraimidis and Spirakis, 2006). u comes from the payment's id, so that the choice can be repeated and explained.
    /// </summary>
    private static double Place(Guid paymentId, Candidate account, int weight)
    {
        if (weight == 0) return double.PositiveInfinity;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{paymentId:N}|{account.Gateway}|{account.Account}"));
        var even = ((BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) + 0.5) / (1UL << 53);
        return -Math.Log(even) / weight;
    }

    private bool IsBroken(Candidate account) => gateways.Find(account.Gateway)?.HealthOf(account.Account).Breaker == "open";
}
