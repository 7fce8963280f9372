using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Each event type and what it tells.</summary>
public sealed class StripeFactsTests
{
    [Fact]
    public void One_capture_told_by_three_events_has_one_key()
    {
        var intent = OneFact("payment_intent.succeeded", Intent("succeeded", received: 1000));
        var succeeded = OneFact("charge.succeeded", Charge("\"captured\":true,\"amount_captured\":1000"));
        var captured = OneFact("charge.captured", Charge("\"captured\":true,\"amount_captured\":1000"));
        Assert.All([intent, succeeded, captured], fact =>
        {
            Assert.Equal((FactKind.Captured, FactKey.Total(FactKind.Captured, 1000)), (fact.Kind, fact.Key));
            Assert.Equal(("pi_1", 1000, true, true),
                (fact.Reference, fact.Amount!.Value.AmountMinor, fact.IsCumulative, fact.FoundsPayment));
            Assert.Equal((null, "o1", "u1"), (fact.PartId, fact.OrderId, fact.UserId));
            Assert.Equal(["ch_1", "pi_1"], fact.Aliases.Order());
        });
    }

    [Fact]
    public void A_hold_told_by_intent_and_charge_has_one_key()
    {
        var intent = OneFact("payment_intent.amount_capturable_updated", Intent("requires_capture"));
        var charge = OneFact("charge.succeeded", Charge("\"captured\":false,\"amount_captured\":0"));
        Assert.Equal((FactKind.Authorized, FactKey.Total(FactKind.Authorized, 1000)), (intent.Kind, intent.Key));
        Assert.Equal(intent.Key, charge.Key);
        Assert.Equal(intent.Amount, charge.Amount);
    }

    [Fact]
    public void With_multicapture_the_hold_and_what_is_captured_so_far_are_told()
    {
        var facts = Facts("payment_intent.amount_capturable_updated", Intent("requires_capture", received: 300));
        Assert.Equal([FactKind.Authorized, FactKind.Captured], facts.Select(fact => fact.Kind));
        Assert.Equal([1000L, 300L], facts.Select(fact => fact.Amount!.Value.AmountMinor));
    }

    [Theory]
    [InlineData("payment_intent.created", "requires_payment_method", FactKind.RequiresPaymentMethod)]
    [InlineData("payment_intent.created", "requires_confirmation", FactKind.RequiresConfirmation)]
    [InlineData("payment_intent.requires_action", "requires_action", FactKind.RequiresAction)]
    [InlineData("payment_intent.processing", "processing", FactKind.Processing)]
    [InlineData("payment_intent.partially_funded", "requires_action", FactKind.Processing)]
    [InlineData("payment_intent.canceled", "canceled", FactKind.Voided)]
    public void An_intent_says_where_it_stands(string type, string status, FactKind kind)
    {
        var fact = OneFact(type, Intent(status));
        Assert.Equal((kind, "pi_1", true, 1000), (fact.Kind, fact.Reference, fact.FoundsPayment, fact.PaymentAmount!.Value.AmountMinor));
    }

    [Fact]
    public void The_same_step_at_another_time_is_another_fact()
    {
        var body = Event("payment_intent.processing", Intent("processing"));
        var later = body.Replace("1793613600", "1793613601", StringComparison.Ordinal);
        Assert.NotEqual(Read(body).Facts[0].Key, Read(later).Facts[0].Key);
    }

    [Fact]
    public void A_failed_attempt_is_named_by_its_charge()
    {
        const string error = """
            "last_payment_error":{"charge":"ch_7","code":"card_declined","decline_code":"insufficient_funds","message":"No."}
            """;
        var fact = OneFact("payment_intent.payment_failed", Intent("requires_payment_method", more: error));
        Assert.Equal((FactKind.AttemptFailed, "ch_7", FactKey.Of(FactKind.AttemptFailed, "ch_7")), (fact.Kind, fact.PartId, fact.Key));
        Assert.Equal(("card_declined", "insufficient_funds", "No."),
            (fact.Details.FailureCode, fact.Details.DeclineCode, fact.Details.Message));
    }

    [Fact]
    public void An_attempt_and_its_charge_say_alike_why_they_failed()
    {
        const string error = """
            "last_payment_error":{"charge":"ch_7","code":"card_declined","decline_code":"lost_card","message":"No.","type":"card_error",
            "network_decline_code":"41","advice_code":"do_not_try_again"}
            """;
        var attempt = OneFact("payment_intent.payment_failed", Intent("requires_payment_method", more: error));
        var charge = OneFact("charge.failed", Charge("""
            "captured":false,"failure_code":"card_declined","failure_message":"No.",
            "outcome":{"reason":"lost_card","network_decline_code":"41","advice_code":"do_not_try_again"}
            """));
        var expected = new PaymentFailure("fraud_suspected", "card_declined", "lost_card", "No.", "41", "do_not_try_again");
        Assert.Equal((expected, expected), (PaymentFailure.Of(attempt.Details), PaymentFailure.Of(charge.Details)));
    }

    [Fact]
    public void A_failed_charge_leaves_the_telling_to_its_intent()
    {
        var fact = OneFact("charge.failed", Charge("""
            "captured":false,"failure_code":"card_declined","failure_message":"No.",
            "outcome":{"reason":"insufficient_funds","risk_level":"elevated","risk_score":70},
            "payment_method_details":{"card":{"checks":{"cvc_check":"fail","address_line1_check":"pass","address_postal_code_check":null}}}
            """));
        Assert.Equal((FactKind.Failed, (string?)null), (fact.Kind, fact.PartId));
        Assert.Equal(("insufficient_funds", "elevated", 70), (fact.Details.DeclineCode, fact.Details.RiskLevel, fact.Details.RiskScore));
        Assert.Equal(("fail", "line1=pass postal_code=none"), (fact.Details.CvvResult, fact.Details.AvsResult));
    }

    [Fact]
    public void A_failed_charge_without_an_intent_is_all_there_is()
    {
        var fact = OneFact("charge.failed", """{"id":"ch_1","object":"charge","amount":1000,"currency":"eur","captured":false}""");
        Assert.Equal((FactKind.Failed, "ch_1", "ch_1"), (fact.Kind, fact.PartId, fact.Reference));
    }

    [Fact]
    public void An_expired_charge_is_released_and_never_refunded()
    {
        var expired = OneFact("charge.expired", Charge("\"captured\":false,\"refunded\":true,\"amount_refunded\":1000"));
        var canceled = OneFact("payment_intent.canceled", Intent("canceled"));
        Assert.Equal((FactKind.Voided, canceled.Key), (expired.Kind, expired.Key));
    }

    [Theory]
    [InlineData("\"captured\":true,\"amount_captured\":1000,\"amount_refunded\":400,\"refunded\":false", FactKind.RefundSucceeded, 400)]
    [InlineData("\"captured\":true,\"amount_captured\":1000,\"amount_refunded\":1000,\"refunded\":true", FactKind.RefundSucceeded, 1000)]
    [InlineData("\"captured\":true,\"amount_refunded\":1000,\"refunded\":true", FactKind.RefundSucceeded, 1000)]
    [InlineData("\"captured\":true,\"amount_captured\":600,\"amount_refunded\":1000,\"refunded\":true", FactKind.RefundSucceeded, 600)]
    [InlineData("\"captured\":true,\"amount_captured\":600,\"amount_refunded\":500,\"refunded\":false", FactKind.Noted, null)]
    [InlineData("\"captured\":false,\"amount_refunded\":1000,\"refunded\":true", FactKind.Voided, null)]
    [InlineData("\"captured\":false,\"amount_refunded\":400,\"refunded\":false", FactKind.Noted, null)]
    public void A_refunded_charge_tells_a_total_only_where_money_was_taken(string charge, FactKind kind, int? total)
    {
        var fact = OneFact("charge.refunded", Charge(charge));
        Assert.Equal((kind, (long?)total), (fact.Kind, fact.Amount?.AmountMinor));
        Assert.Equal(total is not null, fact.IsCumulative);
    }

    [Theory]
    [InlineData("pending", FactKind.RefundPending)]
    [InlineData("requires_action", FactKind.RefundPending)]
    [InlineData("succeeded", FactKind.RefundSucceeded)]
    [InlineData("failed", FactKind.RefundFailed)]
    [InlineData("canceled", FactKind.RefundFailed)]
    [InlineData("invented", FactKind.Noted)]
    public void A_refund_is_a_part_by_its_status_under_either_event(string status, FactKind kind)
    {
        var refund = $$"""
            {"id":"re_1","object":"refund","amount":400,"currency":"eur","payment_intent":"pi_1","charge":"ch_1","status":"{{status}}"}
            """;
        foreach (var type in (string[])["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
        {
            var fact = OneFact(type, refund);
            Assert.Equal((kind, FactKey.Of(kind, "re_1"), "re_1", "pi_1"), (fact.Kind, fact.Key, fact.PartId, fact.Reference));
            Assert.False(fact.FoundsPayment || fact.IsCumulative);
        }
    }

    [Theory]
    [InlineData("created", "warning_needs_response", new[] { FactKind.DisputeOpened })]
    [InlineData("updated", "warning_under_review", new[] { FactKind.DisputeOpened })]
    [InlineData("closed", "warning_closed", new[] { FactKind.DisputeOpened, FactKind.DisputeWon })]
    [InlineData("closed", "prevented", new[] { FactKind.DisputeOpened, FactKind.DisputeWon })]
    [InlineData("created", "needs_response", new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn })]
    [InlineData("updated", "under_review", new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn })]
    [InlineData("updated", "appeal_under_review", new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn })]
    [InlineData("funds_withdrawn", "needs_response", new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn })]
    [InlineData("closed", "lost", new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn, FactKind.DisputeLost })]
    [InlineData("closed", "won", new[] { FactKind.DisputeOpened, FactKind.DisputeWon })]
    [InlineData("funds_reinstated", "won", new[] { FactKind.DisputeOpened, FactKind.DisputeWon })]
    [InlineData("funds_reinstated", "under_review",
        new[] { FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn, FactKind.DisputeFundsReinstated })]
    [InlineData("updated", "invented", new[] { FactKind.DisputeOpened })]
    public void A_dispute_is_told_by_its_status_and_not_by_the_event(string type, string status, FactKind[] kinds)
    {
        var facts = Facts($"charge.dispute.{type}", Dispute(status, "[]"));
        Assert.Equal(kinds, facts.Select(fact => fact.Kind));
        Assert.All(facts, fact => Assert.Equal(("dp_1", "pi_1", 700, false),
            (fact.PartId, fact.Reference, fact.Amount!.Value.AmountMinor, fact.FoundsPayment)));
    }

    [Fact]
    public void A_dispute_fee_is_a_fact_in_the_currency_of_the_balance()
    {
        const string transactions = """[{"fee":1500,"currency":"usd"},{"fee":0,"currency":"usd"}]""";
        var fee = Facts("charge.dispute.created", Dispute("needs_response", transactions))[^1];
        Assert.Equal((FactKind.Fee, "dp_1", 1500, "USD"),
            (fee.Kind, fee.PartId, fee.Amount!.Value.AmountMinor, fee.Amount.Value.Currency.Code));
    }

    [Fact]
    public void Warnings_and_reviews_are_flags_on_the_payment()
    {
        var warning = OneFact("radar.early_fraud_warning.created",
            """{"id":"issfr_1","object":"radar.early_fraud_warning","payment_intent":"pi_1","fraud_type":"made_with_lost_card"}""");
        Assert.Equal((FactKind.FraudWarning, "pi_1", "made_with_lost_card"), (warning.Kind, warning.Reference, warning.Details.Reason));
        var review = """{"id":"prv_1","object":"review","charge":"ch_1","payment_intent":"pi_1","open":true,"reason":"rule"}""";
        Assert.Equal(FactKind.FraudWarning, OneFact("review.opened", review).Kind);
        Assert.Equal(FactKind.Noted, OneFact("review.closed", review.Replace("true", "false", StringComparison.Ordinal)).Kind);
    }

    [Theory]
    [InlineData("attached", FactKind.PaymentMethodAttached, "\"customer\":\"cus_1\"", "cus_1")]
    [InlineData("updated", FactKind.PaymentMethodUpdated, "\"customer\":\"cus_1\",\"metadata\":{\"user_id\":\"u1\"}", "u1")]
    [InlineData("automatically_updated", FactKind.PaymentMethodUpdated, "\"customer\":{\"id\":\"cus_1\"}", "cus_1")]
    [InlineData("detached", FactKind.PaymentMethodDetached, "\"customer\":null", "cus_before")]
    public void A_payment_method_says_whose_it_is(string type, FactKind kind, string owner, string user)
    {
        var body = Event($"payment_method.{type}", $$"""
            {"id":"pm_1","object":"payment_method","type":"card",{{owner}},
             "card":{"brand":"visa","last4":"4242","exp_month":8,"exp_year":2030} }
            """);
        body = body.Replace("\"data\": {", "\"data\": {\"previous_attributes\":{\"customer\":\"cus_before\"},", StringComparison.Ordinal);
        var fact = Read(body).Facts.Single();
        Assert.Equal((kind, "pm_1", user), (fact.Kind, fact.Reference, fact.UserId));
        Assert.Equal(("visa", "4242", 8, 2030),
            (fact.Details.Brand, fact.Details.Last4, fact.Details.ExpiryMonth, fact.Details.ExpiryYear));
    }

    [Theory]
    [InlineData("pending", FactKind.PayoutPending)]
    [InlineData("in_transit", FactKind.PayoutPending)]
    [InlineData("paid", FactKind.PayoutPaid)]
    [InlineData("failed", FactKind.PayoutFailed)]
    [InlineData("canceled", FactKind.PayoutFailed)]
    public void A_payout_stands_where_its_status_says(string status, FactKind kind)
    {
        var fact = OneFact("payout.updated", Payout(status, 500));
        Assert.Equal((kind, "po_1", 500), (fact.Kind, fact.Reference, fact.Amount!.Value.AmountMinor));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1793700000), fact.Details.ArrivesAt);
    }

    [Fact]
    public void A_payout_that_takes_money_from_our_bank_is_unreadable() =>
        Assert.Throws<UnreadableWebhookException>(() => Facts("payout.paid", Payout("paid", -500)));

    [Fact]
    public void A_charge_without_an_intent_is_a_payment_of_its_own()
    {
        var charge = Charge("\"captured\":true").Replace("\"pi_1\"", "null", StringComparison.Ordinal);
        Assert.Equal("ch_1", OneFact("charge.succeeded", charge).Reference);
    }

    [Fact]
    public void Amounts_become_ISO_minor_units()
    {
        var fact = OneFact("payment_intent.created", Intent("processing").Replace("eur", "jpy", StringComparison.Ordinal));
        Assert.Equal((1000, "JPY"), (fact.Amount!.Value.AmountMinor, fact.Amount.Value.Currency.Code));
        var isk = OneFact("payment_intent.created", Intent("processing").Replace("eur", "isk", StringComparison.Ordinal));
        Assert.Equal((10, "ISK"), (isk.Amount!.Value.AmountMinor, isk.Amount.Value.Currency.Code));
    }

    private static string Intent(string status, int received = 0, string more = "\"x\":0") => $$"""
        {"id":"pi_1","object":"payment_intent","status":"{{status}}","amount":1000,"amount_received":{{received}},"currency":"eur",
         "latest_charge":"ch_1","metadata":{"order_id":"o1","user_id":"u1"},{{more}} }
        """;

    private static string Charge(string more) => $$"""
        {"id":"ch_1","object":"charge","amount":1000,"currency":"eur","payment_intent":"pi_1",
         "metadata":{"order_id":"o1","user_id":"u1"},{{more}} }
        """;

    private static string Dispute(string status, string transactions) => $$"""
        {"id":"dp_1","object":"dispute","amount":700,"currency":"eur","payment_intent":"pi_1","charge":"ch_1","status":"{{status}}",
         "reason":"fraudulent","created":1793600000,"balance_transactions":{{transactions}} }
        """;

    private static string Payout(string status, int amount) => $$"""
        {"id":"po_1","object":"payout","amount":{{amount}},"currency":"eur","status":"{{status}}","arrival_date":1793700000}
        """;
}
