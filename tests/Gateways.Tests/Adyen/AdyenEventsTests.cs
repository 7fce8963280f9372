using System.Text.Json.Nodes;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenRequest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

public sealed class AdyenEventsTests : IDisposable
{
    private const string OurPayment = "pay_0199aaaabbbb7ccc8ddd000000000001";

    private readonly GatewayUnderTest _adyen = Gateway();

    public void Dispose() => _adyen.Dispose();

    [Theory]
    [InlineData("AUTHORISATION", true, FactKind.Authorized, true)]
    [InlineData("AUTHORISATION", false, FactKind.Failed, true)]
    [InlineData("PENDING", true, FactKind.Processing, true)]
    [InlineData("OFFER_CLOSED", true, FactKind.Voided, true)]
    public void Events_of_the_payment_itself_found_it(string code, bool success, FactKind kind, bool founds)
    {
        var fact = OneFact(Item(code, success, psp: "PAY1"));
        Assert.Equal(kind, fact.Kind);
        Assert.Equal(founds, fact.FoundsPayment);
        Assert.Equal("PAY1", fact.Reference);
        Assert.Equal($"{kind}:PAY1", fact.Key.Value);
        Assert.Equal("ord-1", fact.OrderId);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1793610000), fact.OccurredAt);
    }

    [Theory]
    [InlineData("CAPTURE", true, FactKind.Captured)]
    [InlineData("CAPTURE", false, FactKind.CaptureRefused)]
    [InlineData("CAPTURE_FAILED", true, FactKind.CaptureFailed)]
    [InlineData("CANCELLATION", true, FactKind.Voided)]
    [InlineData("TECHNICAL_CANCEL", true, FactKind.Voided)]
    [InlineData("EXPIRE", true, FactKind.Voided)]
    [InlineData("AUTHORISATION_ADJUSTMENT", true, FactKind.Authorized)]
    [InlineData("REFUND", true, FactKind.RefundSucceeded)]
    [InlineData("REFUND", false, FactKind.RefundFailed)]
    [InlineData("REFUND_FAILED", true, FactKind.RefundFailed)]
    [InlineData("REFUNDED_REVERSED", true, FactKind.RefundFailed)]
    [InlineData("VOID_PENDING_REFUND", true, FactKind.RefundFailed)]
    [InlineData("POSTPONED_REFUND", true, FactKind.RefundPending)]
    [InlineData("REQUEST_FOR_INFORMATION", true, FactKind.DisputeOpened)]
    [InlineData("NOTIFICATION_OF_CHARGEBACK", true, FactKind.DisputeOpened)]
    [InlineData("CHARGEBACK", true, FactKind.DisputeFundsWithdrawn)]
    [InlineData("CHARGEBACK_REVERSED", true, FactKind.DisputeFundsReinstated)]
    [InlineData("SECOND_CHARGEBACK", true, FactKind.DisputeLost)]
    [InlineData("PREARBITRATION_LOST", true, FactKind.DisputeLost)]
    [InlineData("DISPUTE_DEFENSE_PERIOD_ENDED", true, FactKind.DisputeLost)]
    [InlineData("SCHEME_ARBITRATION_LOST", true, FactKind.DisputeLost)]
    [InlineData("PREARBITRATION_WON", true, FactKind.DisputeWon)]
    [InlineData("SCHEME_ARBITRATION_WON", true, FactKind.DisputeWon)]
    [InlineData("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", true, FactKind.DisputeWon)]
    [InlineData("NOTIFICATION_OF_FRAUD", true, FactKind.FraudWarning)]
    public void Events_of_a_part_point_at_their_payment_and_do_not_found_it(string code, bool success, FactKind kind)
    {
        var fact = OneFact(Item(code, success, psp: "PART1", original: "PAY1"));
        Assert.Equal(kind, fact.Kind);
        Assert.False(fact.FoundsPayment);
        Assert.Equal("PAY1", fact.Reference);
        Assert.Equal(["PAY1", "PART1"], fact.Aliases);
        Assert.Equal("PART1", fact.PartId);
        Assert.Equal($"{kind}:PART1", fact.Key.Value);
        Assert.Equal(1999, (fact.Amount ?? fact.PaymentAmount)!.Value.AmountMinor);
        Assert.Equal(kind != FactKind.Voided, fact.PaymentAmount is null);
    }

    [Theory]
    [InlineData("CANCELLATION", false)]
    [InlineData("CANCEL_OR_REFUND", true)]
    [InlineData("CAPTURE_FAILED", false)]
    [InlineData("INFORMATION_SUPPLIED", true)]
    [InlineData("REPORT_AVAILABLE", true)]
    [InlineData("PAYOUT_THIRDPARTY", true)]
    [InlineData("SOMETHING_NEW", true)]
    public void Events_that_change_nothing_are_events_without_facts(string code, bool success)
    {
        var one = Assert.Single(_adyen.Read(Body(Item(code, success))));
        Assert.Empty(one.Facts);
        Assert.False(one.Ignored);
        Assert.Equal(code, one.Type);
    }

    [Fact]
    public void A_batch_is_read_in_its_order_one_event_per_item()
    {
        var events = _adyen.Read(Body(
            Item("REFUND", psp: "R", original: "P"), Item("CAPTURE", psp: "C", original: "P"), Item("AUTHORISATION", psp: "P")));
        Assert.Equal(["R|REFUND|true", "C|CAPTURE|true", "P|AUTHORISATION|true"], events.Select(one => one.Key));
    }

    [Fact]
    public void With_automatic_capture_an_authorisation_takes_the_money_once()
    {
        using var adyen = Gateway(("CaptureMode", "automatic"));
        var body = Body(Item("AUTHORISATION", psp: "P"), Item("CAPTURE", psp: "C", original: "P"));
        var facts = adyen.Read(body).SelectMany(one => one.Facts).ToList();
        Assert.Equal([FactKind.Authorized, FactKind.Captured, FactKind.Captured], facts.Select(fact => fact.Kind));
        var payment = Payment.New(Guid.Empty, facts[0], PaymentOrigin.External);
        foreach (var fact in facts)
            payment = PaymentFold.Apply(payment, fact).Payment;
        Assert.Equal(1999, payment.AmountCaptured);
        Assert.Equal(PaymentStatus.Succeeded, payment.Status);
    }

    [Theory]
    [InlineData(".auto", "manual", new[] { FactKind.Authorized, FactKind.Captured })]
    [InlineData("", "automatic", new[] { FactKind.Authorized })]
    public void What_the_API_asked_for_says_whether_an_authorisation_takes_the_money_and_not_the_account(
        string suffix, string mode, FactKind[] kinds)
    {
        using var adyen = Gateway(("CaptureMode", mode));
        var facts = adyen.Read(Body(Item("AUTHORISATION", change: item => item["merchantReference"] = OurPayment + suffix)))[0].Facts;
        Assert.Equal(kinds, facts.Select(fact => fact.Kind));
        Assert.All(facts, fact => Assert.Equal(["PSP1", OurPayment], fact.Aliases));
        Assert.All(facts, fact => Assert.Null(fact.OrderId));
    }

    [Theory]
    [InlineData(OurPayment)]
    [InlineData("cap_0199aaaabbbb7ccc8ddd000000000002")]
    [InlineData("re_0199aaaabbbb7ccc8ddd000000000003")]
    [InlineData("op_0199aaaabbbb7ccc8ddd000000000004")]
    public void The_reference_of_a_modification_of_ours_names_no_order(string reference)
    {
        var fact = OneFact(Item("CAPTURE", psp: "C", original: "P", change: item => item["merchantReference"] = reference));
        Assert.Null(fact.OrderId);
        Assert.Equal(["P", "C", reference], fact.Aliases);
        Assert.False(fact.FoundsPayment);
    }

    [Theory]
    [InlineData("AUTHORISATION", true, FactKind.Authorized, true)]
    [InlineData("AUTHORISATION", false, FactKind.Failed, false)]
    [InlineData("PENDING", true, FactKind.Processing, false)]
    [InlineData("OFFER_CLOSED", true, FactKind.Failed, false)]
    public void A_payment_of_ours_is_named_by_the_attempt_that_took_money(string code, bool success, FactKind kind, bool names)
    {
        var fact = OneFact(Item(code, success, change: item => item["merchantReference"] = OurPayment));
        Assert.Equal((kind, names), (fact.Kind, fact.FoundsPayment));
        Assert.Equal(["PSP1", OurPayment], fact.Aliases);
    }

    [Theory]
    [InlineData("pay_1")]
    [InlineData("pay_0199aaaabbbb7ccc8ddd000000000001.manual")]
    [InlineData("PAY_0199aaaabbbb7ccc8ddd000000000001")]
    public void A_reference_that_only_looks_like_ours_is_the_shops(string reference)
    {
        var fact = OneFact(Item("AUTHORISATION", change: item => item["merchantReference"] = reference));
        Assert.Equal(reference, fact.OrderId);
        Assert.Equal(["PSP1"], fact.Aliases);
    }

    [Fact]
    public void A_cancel_of_ours_that_was_refused_is_told_by_its_name()
    {
        const string Cancel = "op_0199aaaabbbb7ccc8ddd000000000004";
        var fact = OneFact(Item(
            "CANCELLATION", success: false, psp: "M", original: "P", change: item => item["merchantReference"] = Cancel));
        Assert.Equal((FactKind.Noted, "M"), (fact.Kind, fact.PartId));
        Assert.Equal(["P", "M", Cancel], fact.Aliases);
    }

    [Fact]
    public void Keeping_a_way_to_pay_makes_no_payment() =>
        Assert.Empty(Assert.Single(_adyen.Read(Body(Item(
            "AUTHORISATION", change: item => item["merchantReference"] = "op_0199aaaabbbb7ccc8ddd000000000004")))).Facts);

    [Fact]
    public void A_true_authorisation_after_a_false_one_of_the_same_reference_wins_in_either_order()
    {
        var facts = _adyen.Read(Body(Item("AUTHORISATION", success: false), Item("AUTHORISATION"))).SelectMany(one => one.Facts).ToList();
        foreach (var order in new[] { facts, [.. facts.AsEnumerable().Reverse()] })
        {
            var payment = Payment.New(Guid.Empty, order[0], PaymentOrigin.External);
            foreach (var fact in order)
                payment = PaymentFold.Apply(payment, fact).Payment;
            Assert.Equal(PaymentStatus.Authorized, payment.Status);
        }
    }

    [Theory]
    [InlineData("cancel", FactKind.Voided)]
    [InlineData("refund", FactKind.RefundPending)]
    public void H36_which_of_the_two_a_cancel_or_refund_was_is_unsigned_and_moves_no_money(string action, FactKind kind)
    {
        var item = Item("CANCEL_OR_REFUND", psp: "M", original: "P",
            change: item => item["additionalData"]!["modification.action"] = action);
        Assert.Equal(kind, OneFact(item).Kind);
    }

    [Fact]
    public void H36_a_token_in_unsigned_data_is_not_saved()
    {
        var facts = _adyen.Read(Body(Item("AUTHORISATION", change: item =>
        {
            item["additionalData"]!["recurring.recurringDetailReference"] = "STOLEN";
            item["additionalData"]!["tokenization.storedPaymentMethodId"] = "STOLEN";
            item["additionalData"]!["shopperReference"] = "victim";
        })))[0].Facts;
        Assert.Equal([FactKind.Authorized], facts.Select(fact => fact.Kind));
        Assert.Null(facts[0].UserId);
    }

    [Fact]
    public void H36_a_recurring_contract_saves_its_signed_token_for_nobody()
    {
        var fact = OneFact(Item("RECURRING_CONTRACT", psp: "TOK1", original: "PAY1",
            change: item => item["additionalData"]!["shopperReference"] = "victim"));
        Assert.Equal(FactKind.PaymentMethodAttached, fact.Kind);
        Assert.Equal("TOK1", fact.Reference);
        Assert.Null(fact.UserId);
    }

    [Fact]
    public void H36_unsigned_fields_do_not_change_what_an_event_is()
    {
        var genuine = _adyen.Read(Body(Item("CAPTURE", psp: "C", original: "P")))[0];
        var changed = _adyen.Read(Body(Item("CAPTURE", psp: "C", original: "P", change: item =>
        {
            item["reason"] = "other";
            item["paymentMethod"] = "mc";
            item["eventDate"] = "2030-01-01T00:00:00+00:00";
            item["additionalData"]!["amount"] = "999999";
        })))[0];
        Assert.Equal(genuine.Key, changed.Key);
        Assert.Equal(genuine.ContentHash, changed.ContentHash);
        Assert.Equal(genuine.Facts[0].Amount, changed.Facts[0].Amount);
    }

    [Fact]
    public void H22_an_event_of_the_other_environment_is_kept_and_cannot_take_the_place_of_the_genuine_one()
    {
        using var adyen = Gateway(("Live", "true"));
        var other = Assert.Single(adyen.Read(Body("false", Item("AUTHORISATION"))));
        Assert.True(other.Ignored);
        Assert.Empty(other.Facts);
        var genuine = Assert.Single(adyen.Read(Body("true", Item("AUTHORISATION"))));
        Assert.False(genuine.Ignored);
        Assert.NotEqual(genuine.Key, other.Key);
    }

    [Theory]
    [InlineData("test_AUTHORISATION_1")]
    [InlineData("testnotification_1")]
    public void A_test_message_of_the_customer_area_is_ignored(string psp)
    {
        var one = Assert.Single(_adyen.Read(Body(Item("AUTHORISATION", psp: psp))));
        Assert.True(one.Ignored);
        Assert.Equal("test_message", one.IgnoredReason);
        Assert.Empty(one.Facts);
    }

    [Theory]
    [InlineData("Not enough balance", "12", "insufficient_funds")]
    [InlineData("FRAUD", "20", "fraud_suspected")]
    [InlineData("Something new", "Refused", "card_declined")]
    public void A_refusal_says_why_as_the_answer_to_the_call_did(string reason, string gatewayCode, string code)
    {
        var fact = OneFact(Item("AUTHORISATION", success: false, change: item =>
        {
            item["reason"] = reason;
            item["additionalData"] = new JsonObject { ["refusalReasonRaw"] = "51 : No", ["merchantAdviceCode"] = "03 : Never" };
        }));
        Assert.Equal(new PaymentFailure(code, gatewayCode, "51 : No", reason, "51 : No", "03 : Never"), PaymentFailure.Of(fact.Details));
    }

    [Fact]
    public void Checks_and_risk_are_kept_as_details_and_card_data_is_not()
    {
        var fact = OneFact(Item("AUTHORISATION", change: item =>
        {
            item["reason"] = "083152:1111:03/2030";
            item["additionalData"] = new JsonObject
            {
                ["avsResult"] = "7 Both", ["cvcResult"] = "1 Matches", ["totalFraudScore"] = "15", ["fraudRiskLevel"] = "low",
            };
        }));
        Assert.Equal(new FactDetails { AvsResult = "7 Both", CvvResult = "1 Matches", RiskScore = 15, RiskLevel = "low" }, fact.Details);
    }

    [Fact]
    public void An_amount_is_read_with_the_decimals_of_Adyen()
    {
        var pesos = new JsonObject { ["currency"] = "CLP", ["value"] = 500000 };
        var fact = OneFact(Item("AUTHORISATION", change: item => item["amount"] = pesos));
        Assert.Equal(5000, fact.Amount!.Value.AmountMinor);
    }

    [Theory]
    [InlineData("\"ord-1\"", "\"a\\u0000b\"")]
    [InlineData("\"EUR\"", "\"XXX\"")]
    [InlineData("2026-11-02T10:00:00", "yesterday")]
    [InlineData("\"paymentMethod\":\"visa\"", "\"paymentMethod\":\"visa\",\"paymentMethod\":\"visa\"")]
    public void H86_H94_what_cannot_be_understood_is_quarantined(string once, string instead)
    {
        var body = Body(Item("AUTHORISATION"));
        Assert.Contains(once, body, StringComparison.Ordinal);
        Assert.Throws<UnreadableWebhookException>(() => _adyen.Read(body.Replace(once, instead, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("created", FactKind.PaymentMethodAttached, "PaymentMethodAttached:TOK1")]
    [InlineData("alreadyExisting", FactKind.PaymentMethodAttached, "PaymentMethodAttached:TOK1")]
    [InlineData("updated", FactKind.PaymentMethodUpdated, "PaymentMethodUpdated:EV1")]
    [InlineData("disabled", FactKind.PaymentMethodDetached, "PaymentMethodDetached:TOK1")]
    public void Token_events_tell_of_payment_methods_and_whose_they_are(string what, FactKind kind, string key)
    {
        var one = Assert.Single(_adyen.Read(Token(what)));
        Assert.Equal("EV1", one.Key);
        var fact = Assert.Single(one.Facts);
        Assert.Equal(kind, fact.Kind);
        Assert.Equal(key, fact.Key.Value);
        Assert.Equal("TOK1", fact.Reference);
        Assert.Equal("cust-1", fact.UserId);
        Assert.Equal("visa", fact.Details.Brand);
    }

    [Fact]
    public void Events_of_platforms_are_kept_without_facts()
    {
        var one = Assert.Single(_adyen.Read("""{"type":"balancePlatform.transfer.created","environment":"test","data":{"id":"1"} }"""));
        Assert.Empty(one.Facts);
        Assert.StartsWith("body-", one.Key, StringComparison.Ordinal);
    }

    [Fact]
    public void H22_a_token_event_of_the_other_environment_is_ignored()
    {
        using var adyen = Gateway(("Live", "true"));
        Assert.True(Assert.Single(adyen.Read(Token("created"))).Ignored);
    }

    private static string Token(string what) => $$$"""
        {"createdAt":"2026-11-02T10:00:00+01:00","environment":"test","eventId":"EV1","type":"recurring.token.{{{what}}}",
        "data":{"merchantAccount":"{{{Account}}}","shopperReference":"cust-1","storedPaymentMethodId":"TOK1","type":"visa"} }
        """;

    private Fact OneFact(JsonObject item) => Assert.Single(Assert.Single(_adyen.Read(Body(item))).Facts);
}
