using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

public sealed class PaymentMethodFoldTests
{
    private static readonly Fact Attached = Card(FactKind.PaymentMethodAttached, "4242", 2030, at: 1) with { UserId = "user-1" };
    private static readonly Fact Renewed = Card(FactKind.PaymentMethodUpdated, "4343", 2034, at: 5) with { UserId = "user-1" };
    private static readonly Fact Detached = Fact(FactKind.PaymentMethodDetached, "pm_1", at: 9);

    [Fact]
    public void Every_order_and_repetition_gives_the_same_method_and_events()
    {
        Fact[][] orders =
        [
            [Attached, Renewed, Detached], [Detached, Renewed, Attached], [Renewed, Attached, Renewed, Detached, Detached],
            [Detached, Attached, Attached, Renewed],
        ];

        foreach (var order in orders)
        {
            var (method, types, keys) = Apply(order);
            Assert.Equal(("4343", 2034, true, 3), (method.Last4, method.ExpiryYear, method.IsRemoved, method.Version));
            Assert.Equal(["PaymentMethodAdded", "PaymentMethodRemoved", "PaymentMethodUpdated"], types.Order());
            Assert.Equal("user-1", keys[^1]);
        }
    }

    [Fact]
    public void A_method_without_a_user_is_keyed_by_itself()
    {
        var (method, _, keys) = Apply(Attached with { UserId = null });

        Assert.Equal([$"pm_{method.Id:N}"], keys);
    }

    [Fact]
    public void Told_again_under_another_event_it_is_added_and_removed_once()
    {
        var (_, types, _) = Apply(
            Attached, Attached with { Key = FactKey.Of(FactKind.PaymentMethodAttached, "again") },
            Detached, Detached with { Key = FactKey.Of(FactKind.PaymentMethodDetached, "again") });

        Assert.Equal(["PaymentMethodAdded", "PaymentMethodRemoved"], types);
    }

    [Fact]
    public void A_fact_about_a_payment_is_a_bug() =>
        Assert.Throws<ArgumentException>(() => PaymentMethodFold.Apply(PaymentMethodFold.New(Guid.Empty, Attached), Authorized(1)));

    private static (PaymentMethod Method, List<string> Types, List<string> Keys) Apply(params Fact[] facts)
    {
        var method = PaymentMethodFold.New(Guid.CreateVersion7(facts[0].OccurredAt), facts[0]);
        var (types, keys) = (new List<string>(), new List<string>());
        foreach (var fact in facts)
        {
            var result = PaymentMethodFold.Apply(method, fact);
            method = result.Method;
            types.AddRange(result.Events.Select(told => told.Type));
            keys.AddRange(result.Events.Select(told => told.Key));
        }
        return (method, types, keys);
    }

    private static Fact Card(FactKind kind, string last4, int year, int at) => Fact(kind, "pm_1", at: at) with
    {
        Details = new FactDetails { Brand = "visa", Last4 = last4, ExpiryMonth = 3, ExpiryYear = year },
    };
}
