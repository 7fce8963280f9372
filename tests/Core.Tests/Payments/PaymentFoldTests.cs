using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

public sealed class PaymentFoldTests
{
    [Fact]
    public void The_same_fact_again_changes_nothing()
    {
        var life = Life.Of(CapturedTotal(2599, 2599));

        var again = life.Apply(CapturedTotal(2599, 2599));

        Assert.Equal(FoldOutcome.AlreadyKnown, again.Outcome);
        Assert.Equal((0, 0, 0), (again.Transitions.Count, again.Journal.Count, again.ChangedOperations.Count));
        Assert.Equal(2, again.Payment.Version);
    }

    [Fact]
    public void The_same_thing_told_with_more_names_adds_the_names_and_no_money()
    {
        var life = Life.Of(CapturedTotal(3000));

        var again = life.Apply(CapturedTotal(3000, 3000) with { OrderId = "order-1", UserId = "user-1" });

        Assert.Equal(FoldOutcome.Applied, again.Outcome);
        Assert.Equal(("order-1", "user-1"), (again.Payment.OrderId, again.Payment.UserId));
        Assert.Equal(["PaymentCaptured", "PaymentSucceeded"], life.EventTypes);
        Assert.Equal(3000, life.BalanceOf(Account.GatewayBalance));
    }

    [Fact]
    public void Another_currency_is_refused_whole()
    {
        var life = Life.Of(Authorized(1000));

        var result = life.Apply(Captured("cap_1", 1000) with { Amount = Of(1000, "USD") });

        Assert.Equal(FoldOutcome.CurrencyMismatch, result.Outcome);
        Assert.Equal(0, result.Payment.AmountCaptured);
        Assert.Equal(PaymentStatus.Authorized, result.Payment.Status);
    }

    [Fact]
    public void A_fee_in_another_currency_is_kept_but_books_nothing()
    {
        var life = Life.Of(Captured("cap_1", 1000, 1000), Fact(FactKind.Fee, "fee_1") with { Amount = Of(42, "USD") });

        Assert.Equal(FoldOutcome.Applied, life.Results[1].Outcome);
        Assert.Equal(0, life.Payment.Fees);
        Assert.Empty(life.Results[1].Journal);
        Assert.Empty(life.Results[1].ChangedOperations);
    }

    [Fact]
    public void A_fee_told_before_the_currency_is_booked_when_the_currency_is_known()
    {
        var life = Life.Of(Fact(FactKind.Fee, "fee_1", 42), Captured("cap_1", 1000, 1000));

        Assert.Equal(42, life.Payment.Fees);
        Assert.Equal("GatewayBalance EUR=958 GatewayFees EUR=42 Sales EUR=-1000", life.Balances());
        Assert.Equal([OperationKind.Capture, OperationKind.Fee], life.Results[1].ChangedOperations.Select(operation => operation.Kind));
    }

    [Fact]
    public void I8_versions_rise_by_one_and_each_is_one_event()
    {
        var life = Life.Of(
            Whole(FactKind.RequiresPaymentMethod, 5000), Whole(FactKind.RequiresAction, 5000, at: 2),
            Whole(FactKind.Processing, 5000, at: 3), Authorized(5000), CapturedTotal(5000, 5000),
            Fact(FactKind.RefundPending, "re_1", 100), Fact(FactKind.RefundSucceeded, "re_1", 100));

        Assert.Equal([1, 2, 3, 4, 5, 6], life.Transitions.Select(transition => transition.Version));
        Assert.Equal([1, 2, 3, 4, 5, 6], life.Events.Select(told => told.Sequence));
        Assert.Equal(6, life.Payment.Version);
        Assert.Equal(Enumerable.Range(1, 6).Select(version => $"pay_{life.Payment.Id:N}.{version}"), life.Events.Select(told => told.Id));
    }

    [Theory]
    [InlineData(PaymentStatus.Authorized, PaymentStatus.Processing)]
    [InlineData(PaymentStatus.Canceled, PaymentStatus.Authorized)]
    [InlineData(PaymentStatus.Refunded, PaymentStatus.Authorized)]
    [InlineData(PaymentStatus.PartiallyCaptured, PaymentStatus.Canceled)]
    [InlineData(PaymentStatus.Succeeded, PaymentStatus.RequiresPaymentMethod)]
    public void I8_no_status_goes_back_to_before_the_money(PaymentStatus from, PaymentStatus to) =>
        Assert.False(PaymentStatusMoves.IsAllowed(from, to));

    [Fact]
    public void Every_operation_has_one_stable_row()
    {
        var life = Life.Of(
            Authorized(9000), Captured("cap_1", 4000), Fact(FactKind.RefundPending, "re_1", 100),
            Fact(FactKind.RefundSucceeded, "re_1", 100), Fact(FactKind.RefundPending, "re_1", 100) with { Key = new FactKey("late") });

        var operations = life.Results.SelectMany(result => result.ChangedOperations);
        var refunds = operations.Where(operation => operation.Kind == OperationKind.Refund).ToList();
        Assert.Equal([OperationStatus.Pending, OperationStatus.Succeeded], refunds.Select(refund => refund.Status));
        Assert.Single(refunds.Select(refund => refund.Id).Distinct());
        Assert.Equal(Identifiers.Derive(life.Payment.Id, "refund", "re_1"), refunds[0].Id);
    }

    [Fact]
    public void A_total_captured_is_one_operation()
    {
        var life = Life.Of(CapturedTotal(1000, 5000), CapturedTotal(5000, 5000));

        var captures = life.Results.SelectMany(result => result.ChangedOperations).ToList();
        Assert.Equal(
            [("pi_1:total", 1000L), ("pi_1:total", 5000L)],
            captures.Select(capture => (capture.GatewayReference, capture.AmountMinor)));
        Assert.Single(captures.Select(capture => capture.Id).Distinct());
    }

    [Fact]
    public void Order_and_user_are_those_of_the_earliest_fact()
    {
        var early = Authorized(1000, at: 1) with { OrderId = "order-1" };
        var late = Captured("cap_1", 1000, at: 2) with { OrderId = "order-2", UserId = "user-2" };

        foreach (var life in new[] { Life.Of(early, late), Life.Of(late, early) })
            Assert.Equal(("order-1", "user-2"), (life.Payment.OrderId, life.Payment.UserId));
    }

    [Fact]
    public void What_the_shop_told_the_API_outranks_what_the_gateway_echoes()
    {
        var payment = NewPayment() with { Origin = PaymentOrigin.Api, OrderId = "order-1" };

        var result = PaymentFold.Apply(payment, Authorized(1000) with { OrderId = "order-2", UserId = "user-2" });

        Assert.Equal(("order-1", "user-2"), (result.Payment.OrderId, result.Payment.UserId));
    }

    [Theory]
    [InlineData(FactKind.PayoutPaid)]
    [InlineData(FactKind.PaymentMethodAttached)]
    public void A_fact_about_something_else_is_a_bug(FactKind kind) =>
        Assert.Throws<ArgumentException>(() => PaymentFold.Apply(NewPayment(), Fact(kind, "x", 1)));

    [Fact]
    public void An_amount_below_zero_is_a_bug() =>
        Assert.Throws<ArgumentException>(() => PaymentFold.Apply(NewPayment(), Captured("cap_1", -1)));

    [Fact]
    public void Amounts_that_no_long_holds_are_refused_not_wrapped()
    {
        var life = Life.Of(Captured("cap_1", long.MaxValue));

        Assert.Throws<OverflowException>(() => life.Apply(Captured("cap_2", 1)));
    }

    [Fact]
    public void The_memory_survives_its_JSON()
    {
        var life = Life.Of(
            Whole(FactKind.RequiresAction, 5000) with { OrderId = "ord \"1\" é", UserId = "u" }, Authorized(5000),
            CapturedTotal(5000, 5000), Fact(FactKind.Fee, "fee_1", 3), RefundedTotal(70), Fact(FactKind.RefundPending, "re_1", 70));

        var json = life.Payment.Memory.ToJson();
        var back = FoldMemory.FromJson(json);

        Assert.Equal(json, back.ToJson());
        var again = PaymentFold.Apply(life.Payment with { Memory = back }, Authorized(5000));
        Assert.Equal(FoldOutcome.AlreadyKnown, again.Outcome);
    }

    [Fact]
    public void An_empty_memory_is_an_empty_object()
    {
        Assert.Equal("{}"u8.ToArray(), FoldMemory.Empty.ToJson());
        Assert.Equal(FoldMemory.Empty.ToJson(), FoldMemory.FromJson("{\"new\":[1,{}]}"u8).ToJson());
    }
}
