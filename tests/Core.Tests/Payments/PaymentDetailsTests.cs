using System.Text;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>What is remembered of checks and failures. That no order of facts matters, the properties show.</summary>
public sealed class PaymentDetailsTests
{
    private static readonly FactDetails Poor = new()
    {
        FailureClass = "insufficient_funds", FailureCode = "card_declined", DeclineCode = "insufficient_funds",
        Message = "Your card has insufficient funds.", NetworkCode = "51", AdviceCode = "try_again_later",
    };

    [Fact]
    public void A_fact_that_does_not_name_a_check_leaves_it()
    {
        var life = Life.Of(
            Authorized(1000) with { Details = new FactDetails { AvsResult = "pass", CvvResult = "pass", RiskLevel = "low", RiskScore = 7 } },
            CapturedTotal(1000, 1000) with { Details = new FactDetails { RiskScore = 9 } }, RefundedTotal(10));

        Assert.Equal(new PaymentChecks("pass", "pass", "low", 9), life.Payment.Checks);
    }

    [Fact]
    public void What_was_checked_of_a_failed_attempt_says_nothing_of_the_one_that_paid()
    {
        var failed = Fact(FactKind.AttemptFailed, "ch_1", 1000, 1000, at: 1) with { Details = new FactDetails { CvvResult = "fail" } };
        var paid = CapturedTotal(1000, 1000) with { Details = new FactDetails { AvsResult = "pass" } };

        Assert.Equal(new PaymentChecks(null, "fail", null, null), Life.Of(failed).Payment.Checks);
        Assert.Equal(new PaymentChecks("pass", null, null, null), Life.Of(failed, paid).Payment.Checks);
        Assert.Equal(new PaymentChecks("pass", null, null, null), Life.Of(paid, failed).Payment.Checks);
    }

    [Fact]
    public void The_failure_is_that_of_the_newest_attempt_and_goes_when_money_is_held()
    {
        var first = Fact(FactKind.AttemptFailed, "ch_1", 1000, 1000, at: 1) with { Details = Poor };
        var second = Fact(FactKind.AttemptFailed, "ch_2", 1000, 1000, at: 2) with { Details = new FactDetails { FailureClass = "expired_card" } };

        var life = Life.Of(second, first);
        Assert.Equal(new PaymentFailure("expired_card", null, null, null, null, null), life.Payment.Failure);

        life.Apply(Whole(FactKind.Processing, 1000, at: 3));
        Assert.Null(life.Payment.Failure);
        life.Apply(Authorized(1000));
        life.Apply(Fact(FactKind.Voided, "pi_1", at: 20));
        Assert.Equal((PaymentStatus.Canceled, null), (life.Payment.Status, life.Payment.Failure));
    }

    [Fact]
    public void A_payment_that_was_cancelled_after_a_failed_attempt_still_says_why()
    {
        var life = Life.Of(
            Fact(FactKind.AttemptFailed, "ch_1", 1000, 1000, at: 1) with { Details = Poor }, Fact(FactKind.Voided, "pi_1", at: 20));

        Assert.Equal(PaymentStatus.Canceled, life.Payment.Status);
        Assert.Equal(
            new PaymentFailure(
                "insufficient_funds", "card_declined", "insufficient_funds", "Your card has insufficient funds.", "51", "try_again_later"),
            life.Payment.Failure);
    }

    [Fact]
    public void A_capture_that_failed_is_not_explained_by_an_older_attempt()
    {
        var life = Life.Of(
            Fact(FactKind.AttemptFailed, "ch_1", 1000, 1000, at: 1) with { Details = Poor }, Captured("cap_1", 1000),
            Fact(FactKind.CaptureFailed, "cap_1", 1000, at: 30));

        Assert.Equal((PaymentStatus.Failed, null), (life.Payment.Status, life.Payment.Failure));
    }

    [Theory]
    [InlineData("No account of payer@shop.example", null)]
    [InlineData("The card 4242424242424242 was declined", null)]
    [InlineData("Declined (debug id 90957fca61718)", "Declined (debug id 90957fca61718)")]
    [InlineData("two\nlines\0", "two lines ")]
    [InlineData("  ", null)]
    public void A_sentence_is_kept_only_when_it_names_nobody(string message, string? kept) =>
        Assert.Equal(kept, PaymentFailure.Of(Poor with { Message = message })?.Message);

    [Fact]
    public void Long_words_are_cut_between_characters()
    {
        var failure = PaymentFailure.Of(Poor with { FailureCode = new string('x', 4000), Message = new string('y', 499) + "😀" });

        Assert.Equal((100, 499), (failure!.GatewayCode!.Length, failure.Message!.Length));
    }

    [Fact]
    public void Nothing_is_stored_or_made_for_facts_without_details()
    {
        var json = Encoding.UTF8.GetString(Life.Of(Authorized(1000), CapturedTotal(1000, 1000)).Payment.Memory.ToJson());

        Assert.DoesNotContain("\"c\":", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"f\":", json, StringComparison.Ordinal);
    }

    /// <summary>The fold is on the way of every webhook.</summary>
    [Fact]
    public void What_has_no_check_and_no_failure_allocates_nothing_more()
    {
        var payment = Life.Of(Authorized(1000) with { Details = new FactDetails { CvvResult = "pass" } }).Payment;
        var bare = CapturedTotal(1000, 1000);
        var worded = bare with { Details = new FactDetails { NextActionType = "x", Reason = "y", Message = "z" } };
        var check = bare with { Details = new FactDetails { CvvResult = "fail" } };

        // The runtime makes the code better while it runs: only costs of one moment compare.
        var rounds = Enumerable.Range(0, 100).Select(_ => (Bare: Cost(bare), Worded: Cost(worded), Check: Cost(check))).ToList();
        Assert.Contains(rounds, round => round.Bare == round.Worded);
        Assert.DoesNotContain(rounds, round => round.Bare == round.Check);

        long Cost(Fact fact)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            PaymentFold.Apply(payment, fact);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_memory_stored_before_there_were_details_is_read_and_goes_on()
    {
        const string Stored = """{"k":["AttemptFailed:ch_1"],"p":[[6,"ch_1",1000,1]],"n":1000,"m":4,"s":[639000000000000000,"AttemptFailed:ch_1","AttemptFailed"]}""";
        var memory = FoldMemory.FromJson(Encoding.UTF8.GetBytes(Stored));
        var payment = NewPayment() with { Memory = memory, Currency = Euro(1).Currency };
        Assert.Equal((null, null), (payment.Checks, payment.Failure));

        // The same attempt, told again by the gateway.
        var told = PaymentFold.Apply(payment, Fact(FactKind.AttemptFailed, "ch_1", 1000, 1000) with { Details = Poor });
        Assert.Equal((FoldOutcome.Applied, "insufficient_funds", 0), (told.Outcome, told.Payment.Failure?.Code, told.Transitions.Count));
        Assert.Equal(told.Payment.Failure, (told.Payment with { Memory = FoldMemory.FromJson(told.Payment.Memory.ToJson()) }).Failure);
    }
}
