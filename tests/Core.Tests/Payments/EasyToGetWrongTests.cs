using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

public sealed class EasyToGetWrongTests
{
    [Fact]
    public void One_capture_told_as_intent_total_and_as_charge_counts_once()
    {
        var life = Life.Of(CapturedTotal(2599, 2599), Captured("ch_1", 2599), Captured("ch_1b", 0));

        Assert.Equal(2599, life.Payment.AmountCaptured);
        Assert.Equal("GatewayBalance EUR=2599 Sales EUR=-2599", life.Balances());
        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
    }

    [Fact]
    public void Refund_parts_and_the_cumulative_refund_never_add_up()
    {
        var life = Life.Of(
            CapturedTotal(5000, 5000), RefundedTotal(1000), Fact(FactKind.RefundSucceeded, "re_1", 1000),
            Fact(FactKind.RefundSucceeded, "re_2", 500), RefundedTotal(1500));

        Assert.Equal(1500, life.Payment.AmountRefunded);
        Assert.Equal(-3500, life.BalanceOf(Account.Sales));
        Assert.Equal(["PaymentCaptured", "PaymentSucceeded", "RefundProcessed", "RefundProcessed"], life.EventTypes);
    }

    [Fact]
    public void A_total_that_holds_a_pending_refund_counts_it_once()
    {
        var life = Life.Of(
            CapturedTotal(5000, 5000), RefundedTotal(1000), Fact(FactKind.RefundSucceeded, "re_1", 400),
            Fact(FactKind.RefundPending, "re_2", 600));

        Assert.Equal(1000, life.Payment.AmountRefunded + life.Payment.AmountRefundPending);
    }

    [Fact]
    public void A_refund_that_fails_after_it_succeeded_gives_the_money_back_once()
    {
        var life = Life.Of(
            CapturedTotal(5000, 5000), RefundedTotal(5000), Fact(FactKind.RefundSucceeded, "re_1", 5000),
            Fact(FactKind.RefundFailed, "re_1", 5000), Fact(FactKind.RefundFailed, "re_1", 5000) with { Key = new FactKey("again") });

        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
        Assert.Equal(0, life.Payment.AmountRefunded);
        Assert.Equal("GatewayBalance EUR=5000 Sales EUR=-5000", life.Balances());
        Assert.Single(life.EventTypes, "RefundFailed");
        Assert.Equal([JournalKind.Capture, JournalKind.Refund, JournalKind.RefundReversal], life.Journal.Select(entry => entry.Kind));
    }

    [Fact]
    public void A_refund_failure_told_before_its_success_stands()
    {
        var life = Life.Of(
            CapturedTotal(5000, 5000), Fact(FactKind.RefundFailed, "re_1", 2000), Fact(FactKind.RefundSucceeded, "re_1", 2000));

        Assert.Equal(0, life.Payment.AmountRefunded);
        Assert.Equal("GatewayBalance EUR=5000 Sales EUR=-5000", life.Balances());
    }

    [Fact]
    public void A_capture_that_fails_after_it_succeeded_gives_the_money_back_once()
    {
        var life = Life.Of(
            Authorized(1000), Captured("cap_1", 1000), Fact(FactKind.CaptureFailed, "cap_1", 1000),
            Fact(FactKind.CaptureFailed, "cap_1", 1000) with { Key = new FactKey("again") });

        Assert.Equal(PaymentStatus.Failed, life.Payment.Status);
        Assert.Equal(0, life.Payment.AmountCaptured);
        Assert.Equal("", life.Balances());
        Assert.Equal(["PaymentAuthorized", "PaymentCaptured", "PaymentSucceeded", "PaymentFailed"], life.EventTypes);
    }

    [Fact]
    public void A_failed_capture_takes_its_refund_with_it()
    {
        var life = Life.Of(
            Authorized(1000), Captured("cap_1", 1000), Fact(FactKind.RefundSucceeded, "re_1", 300),
            Fact(FactKind.CaptureFailed, "cap_1", 1000));

        Assert.Equal(0, life.Payment.AmountRefunded);
        Assert.Equal("", life.Balances());
    }

    [Fact]
    public void A_dispute_may_close_before_it_opens()
    {
        var life = Life.Of(
            CapturedTotal(6400, 6400), Fact(FactKind.DisputeLost, "du_1", 6400), Fact(FactKind.DisputeOpened, "du_1", 6400),
            Fact(FactKind.DisputeFundsWithdrawn, "du_1", 6400));

        Assert.Equal(6400, life.Payment.AmountDisputed);
        Assert.Equal(6400, life.BalanceOf(Account.Chargebacks));
        Assert.Equal(["PaymentCaptured", "PaymentSucceeded", "DisputeClosed", "DisputeOpened"], life.EventTypes);
        Assert.Equal("lost", Life.DataOf(life.Events.Last()).GetProperty("dispute").GetProperty("status").GetString());
    }

    [Fact]
    public void A_dispute_that_is_won_gives_back_what_it_took()
    {
        var life = Life.Of(
            CapturedTotal(9100, 9100), Fact(FactKind.DisputeFundsWithdrawn, "du_1", 9100),
            Fact(FactKind.DisputeFundsReinstated, "du_1", 9100), Fact(FactKind.DisputeWon, "du_1", 9100));

        Assert.Equal(0, life.Payment.AmountDisputed);
        Assert.Equal("GatewayBalance EUR=9100 Sales EUR=-9100", life.Balances());
        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
    }

    [Fact]
    public void A_second_chargeback_takes_the_money_again()
    {
        var life = Life.Of(
            CapturedTotal(1000, 1000), Fact(FactKind.DisputeFundsWithdrawn, "dp_1", 1000),
            Fact(FactKind.DisputeFundsReinstated, "dp_1", 1000), Fact(FactKind.DisputeLost, "dp_1", 1000));

        Assert.Equal(1000, life.Payment.AmountDisputed);
        Assert.Equal(1000, life.BalanceOf(Account.Chargebacks));
    }

    [Fact]
    public void An_expired_authorisation_that_says_refunded_moves_no_money()
    {
        var life = Life.Of(Authorized(8800), Fact(FactKind.Voided, "ch_1", 8800), RefundedTotal(8800));

        Assert.Equal(PaymentStatus.Canceled, life.Payment.Status);
        Assert.Equal((0, 0), (life.Payment.AmountCaptured, life.Payment.AmountRefunded));
        Assert.Empty(life.Journal);
        Assert.Equal(["PaymentAuthorized", "PaymentCanceled"], life.EventTypes);
    }

    [Fact]
    public void A_partial_capture_whose_rest_is_released_is_never_refunded_beyond_what_was_captured()
    {
        // Stripe may show the released 2000 inside amount_refunded.
        var life = Life.Of(Authorized(5000), CapturedTotal(3000, 5000), RefundedTotal(5000));

        Assert.Equal(3000, life.Payment.AmountRefunded);
        Assert.Equal(PaymentStatus.Refunded, life.Payment.Status);
        Assert.Equal("", life.Balances());
    }

    [Fact]
    public void A_final_partial_capture_is_partially_captured_and_told_no_success()
    {
        var life = Life.Of(CapturedTotal(3000, 5000));

        Assert.Equal(PaymentStatus.PartiallyCaptured, life.Payment.Status);
        Assert.Equal(5000, life.Payment.AmountAuthorized);
        Assert.Equal(["PaymentCaptured"], life.EventTypes);
    }

    [Fact]
    public void Releasing_the_rest_does_not_undo_a_partial_capture()
    {
        var life = Life.Of(Authorized(5000), Captured("cap_1", 3000), Fact(FactKind.Voided, "exp_1", 2000));

        Assert.Equal(PaymentStatus.PartiallyCaptured, life.Payment.Status);
        Assert.Equal(3000, life.Payment.AmountCaptured);
    }

    [Fact]
    public void A_refused_capture_leaves_the_authorisation()
    {
        var life = Life.Of(Authorized(9000), Fact(FactKind.CaptureRefused, "mod_1", 9000));

        Assert.Equal(PaymentStatus.Authorized, life.Payment.Status);
        Assert.Equal(["PaymentAuthorized", "PaymentFailed"], life.EventTypes);
    }

    [Fact]
    public void A_failed_attempt_is_not_a_failed_payment_while_it_can_be_tried_again()
    {
        var life = Life.Of(Fact(FactKind.Failed, "ch_1", 4999, at: 5), Fact(FactKind.AttemptFailed, "ch_1", 4999, at: 5));

        Assert.Equal(PaymentStatus.RequiresPaymentMethod, life.Payment.Status);
        Assert.Equal(["PaymentFailed"], life.EventTypes);
    }

    [Fact]
    public void A_refusal_after_a_pending_result_is_final()
    {
        var life = Life.Of(Whole(FactKind.Processing, 5100, at: 1), Fact(FactKind.Failed, "psp_1", 5100, at: 9));

        Assert.Equal(PaymentStatus.Failed, life.Payment.Status);
    }

    [Fact]
    public void A_late_failure_never_undoes_a_success()
    {
        var life = Life.Of(
            CapturedTotal(2599, 2599), Fact(FactKind.AttemptFailed, "ch_0", 2599, at: 99), Fact(FactKind.Failed, "ch_x", 2599, at: 99));

        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
        Assert.Equal("SUCCEEDED", Life.DataOf(life.Events.Last()).GetProperty("status").GetString());
    }

    [Fact]
    public void A_late_authorisation_never_undoes_a_capture()
    {
        var life = Life.Of(Captured("cap_1", 12000));
        Assert.Equal(PaymentStatus.PartiallyCaptured, life.Payment.Status);

        life.Apply(Authorized(12000));

        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
        Assert.Equal(["PaymentCaptured", "PaymentAuthorized", "PaymentSucceeded"], life.EventTypes);
    }

    [Fact]
    public void An_authorisation_refused_and_then_granted_is_granted_in_both_orders()
    {
        var refused = Fact(FactKind.Failed, "psp_1", 5000, at: 1);

        Assert.Equal(PaymentStatus.Authorized, Life.Of(refused, Authorized(5000)).Payment.Status);
        Assert.Equal(PaymentStatus.Authorized, Life.Of(Authorized(5000), refused).Payment.Status);
    }

    [Fact]
    public void A_refund_told_before_its_capture_takes_effect_with_the_capture()
    {
        var life = Life.Of(Fact(FactKind.RefundSucceeded, "re_1", 2500));
        Assert.Equal(0, life.Payment.AmountRefunded);
        Assert.Empty(life.Journal);

        life.Apply(Captured("cap_1", 12000, 12000));

        Assert.Equal(2500, life.Payment.AmountRefunded);
        Assert.Equal(PaymentStatus.PartiallyRefunded, life.Payment.Status);
        Assert.Equal("GatewayBalance EUR=9500 Sales EUR=-9500", life.Balances());
    }

    [Fact]
    public void Captures_in_parts_succeed_once_at_the_authorised_amount()
    {
        var life = Life.Of(Authorized(12000), Captured("cap_1", 7000), Captured("cap_2", 5000), Captured("cap_3", 100));

        Assert.Equal(12100, life.Payment.AmountCaptured);
        Assert.Equal(12100, life.Payment.AmountAuthorized);
        Assert.Equal(["PaymentAuthorized", "PaymentCaptured", "PaymentCaptured", "PaymentSucceeded", "PaymentCaptured"], life.EventTypes);
    }

    [Fact]
    public void The_smallest_authorised_figure_completes_a_payment()
    {
        var life = Life.Of(Authorized(5000), Authorized(7000, "adjusted"), Captured("cap_1", 5000));

        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
        Assert.Equal(7000, life.Payment.AmountAuthorized);
    }

    [Theory]
    [InlineData(FactKind.RefundFailed)]
    [InlineData(FactKind.DisputeOpened)]
    [InlineData(FactKind.DisputeWon)]
    [InlineData(FactKind.RefundSucceeded)]
    public void What_was_refunded_or_disputed_must_have_been_captured(FactKind kind)
    {
        var life = Life.Of(Fact(kind, "part_1", 1000));

        Assert.Equal(PaymentStatus.Succeeded, life.Payment.Status);
        Assert.Equal((0, 0), (life.Payment.AmountCaptured, life.Payment.AmountRefunded));
    }

    [Fact]
    public void A_refund_refused_because_nothing_was_captured_proves_no_capture()
    {
        var life = Life.Of(Authorized(1000), Fact(FactKind.Voided, "void_1"), Fact(FactKind.RefundFailed, "re_1", 1000));

        Assert.Equal(PaymentStatus.Canceled, life.Payment.Status);
    }
}
