using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The tables that decide what an answer means and what is tried next.</summary>
public sealed class TryAgainTests
{
    private static readonly TimeSpan day = TimeSpan.FromHours(24);

    [Fact]
    public void Within_the_key_window_the_same_call_is_sent_again_and_read_back_in_between() => Assert.Equal(
        [NextStep.Send, NextStep.Send, NextStep.LookUp, NextStep.Send, NextStep.Send, NextStep.LookUp],
        Enumerable.Range(2, 6).Select(tries => TryAgain.StepAt(TimeSpan.FromMinutes(1), day, tries)));

    [Theory]
    [InlineData(21, true), InlineData(22, false), InlineData(25, false), InlineData(2400, false)]
    public void F32_the_last_tenth_of_the_window_and_all_that_follows_only_looks_up(int hours, bool sends) =>
        Assert.Equal(sends, TryAgain.StepAt(TimeSpan.FromHours(hours), day, tries: 2) == NextStep.Send);

    [Fact]
    public void A_gateway_without_keys_is_never_sent_a_call_twice() => Assert.All(
        Enumerable.Range(2, 20), tries => Assert.Equal(NextStep.LookUp, TryAgain.StepAt(TimeSpan.Zero, TimeSpan.Zero, tries)));

    [Fact]
    public void No_trace_is_definite_only_when_nothing_can_come_any_more()
    {
        Assert.False(TryAgain.NoTraceIsDefinite(TimeSpan.FromHours(23), day));
        Assert.True(TryAgain.NoTraceIsDefinite(TimeSpan.FromHours(24), day));
        Assert.False(TryAgain.NoTraceIsDefinite(TimeSpan.FromMinutes(2), TimeSpan.Zero));
        Assert.True(TryAgain.NoTraceIsDefinite(TryAgain.SettlingTime, TimeSpan.Zero));
    }

    [Fact]
    public void Pauses_grow_to_an_hour() => Assert.Equal(
        [5, 15, 60, 300, 900, 3600, 3600], Enumerable.Range(1, 7).Select(tries => (int)TryAgain.PauseAfter(tries).TotalSeconds));

    [Theory]
    [InlineData(GatewayOutcome.Declined, true, ApiOperationState.Failed), InlineData(GatewayOutcome.Declined, false, ApiOperationState.Failed)]
    [InlineData(GatewayOutcome.Refused, true, ApiOperationState.Failed), InlineData(GatewayOutcome.Refused, false, ApiOperationState.Unknown)]
    [InlineData(GatewayOutcome.NotDone, true, ApiOperationState.Failed), InlineData(GatewayOutcome.NotDone, false, ApiOperationState.Unknown)]
    [InlineData(GatewayOutcome.Unknown, true, ApiOperationState.Unknown), InlineData(GatewayOutcome.Unknown, false, ApiOperationState.Unknown)]
    public void A_second_try_says_nothing_about_the_first(GatewayOutcome outcome, bool isFirst, ApiOperationState expected) =>
        Assert.Equal(expected, GatewayAnswers.StateOf(ApiOperationKind.Capture, new GatewayReply { Outcome = outcome }, isFirst));

    [Theory]
    [InlineData(ApiOperationKind.Create, null, ApiOperationState.Succeeded), InlineData(ApiOperationKind.Capture, null, ApiOperationState.Accepted)]
    [InlineData(ApiOperationKind.Capture, FactKind.Captured, ApiOperationState.Succeeded)]
    [InlineData(ApiOperationKind.Capture, FactKind.CaptureRefused, ApiOperationState.Failed)]
    [InlineData(ApiOperationKind.Refund, FactKind.RefundPending, ApiOperationState.Accepted)]
    [InlineData(ApiOperationKind.Refund, FactKind.RefundSucceeded, ApiOperationState.Succeeded)]
    [InlineData(ApiOperationKind.Refund, FactKind.RefundFailed, ApiOperationState.Failed)]
    [InlineData(ApiOperationKind.Cancel, FactKind.Voided, ApiOperationState.Succeeded), InlineData(ApiOperationKind.Cancel, null, ApiOperationState.Accepted)]
    public void A_part_has_succeeded_when_its_money_has(ApiOperationKind kind, FactKind? fact, ApiOperationState expected)
    {
        var reply = new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            Facts = fact is not { } told ? [] : [Storage.Books.Fact(told, "ref", "id", 10)],
        };
        Assert.Equal(expected, GatewayAnswers.StateOf(kind, reply, isFirstTry: true));
    }
}
