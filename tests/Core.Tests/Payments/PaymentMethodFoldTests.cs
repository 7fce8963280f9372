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
    public void Told_again_with_more_it_is_known_better_in_either_order()
    {
        var bare = Attached with { UserId = null, Details = new FactDetails { Brand = "visa" }, OccurredAt = Attached.OccurredAt.AddHours(1) };

        var (first, firstTypes, _) = Apply(bare, Attached, bare, Attached);
        var (second, secondTypes, _) = Apply(Attached, bare, Attached, bare);

        Assert.Equal(("user-1", "4242", 2030), (first.UserId, first.Last4, first.ExpiryYear));
        Assert.Equal(("user-1", "4242", 2030), (second.UserId, second.Last4, second.ExpiryYear));
        Assert.Equal(["PaymentMethodAdded", "PaymentMethodUpdated"], firstTypes);
        Assert.Equal(["PaymentMethodAdded"], secondTypes);
    }

    [Fact]
    public void An_update_that_names_the_brand_alone_leaves_the_card()
    {
        var brandOnly = Renewed with { Details = new FactDetails { Brand = "visa" } };

        Assert.Equal("4242", Apply(Attached, brandOnly).Method.Last4);
        Assert.Equal("4242", Apply(brandOnly, Attached).Method.Last4);
    }

    [Fact]
    public void Told_again_later_with_the_same_it_is_no_news()
    {
        var (method, types, _) = Apply(Attached, Attached with { OccurredAt = Attached.OccurredAt.AddDays(1) });

        Assert.Equal(["PaymentMethodAdded"], types);
        Assert.Equal(1, method.Version);
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
