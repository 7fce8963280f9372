using PaymentPipeline.Core.Payments;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalEventsTests
{
    private const string Order = ",\"supplementary_data\":{\"related_ids\":{\"order_id\":\"ORDER1\"} }";
    private const string UpToCapture = """
        ,"links":[{"rel":"self","href":"https://api.paypal.com/v2/payments/refunds/REF1"},
        {"rel":"up","href":"https://api.paypal.com/v2/payments/captures/CAP1"}]
        """;

    private static readonly IWebhookGateway PayPal = new GatewayUnderTest(
        "paypal", new Dictionary<string, string?> { ["Gateways:PayPal:WebhookId"] = "W1" }).Gateway;

    [Theory]
    [InlineData("COMPLETED", FactKind.Captured)]
    [InlineData("PARTIALLY_REFUNDED", FactKind.Captured)]
    [InlineData("REFUNDED", FactKind.Captured)]
    [InlineData("PENDING", FactKind.Processing)]
    [InlineData("DECLINED", FactKind.Failed)]
    [InlineData("FAILED", FactKind.Failed)]
    public void The_status_of_a_capture_rules_over_the_name_of_its_event(string status, FactKind kind)
    {
        foreach (var name in new[] { "COMPLETED", "PENDING", "DENIED", "DECLINED" })
        {
            var fact = Assert.Single(Facts("PAYMENT.CAPTURE." + name, Capture(status)));
            Assert.Equal(kind, fact.Kind);
            Assert.Equal("ORDER1", fact.Reference);
            Assert.Equal(["ORDER1", "CAP1"], fact.Aliases);
            Assert.Equal("ord-1", fact.OrderId);
            Assert.Equal(1999, fact.Amount!.Value.AmountMinor);
            Assert.True(fact.FoundsPayment);
        }
    }

    [Fact]
    public void A_capture_without_a_status_is_what_its_event_is_called()
    {
        var resource = Capture("COMPLETED").Replace("\"status\":\"COMPLETED\",", "", StringComparison.Ordinal);
        Assert.Equal(FactKind.Captured, Assert.Single(Facts("PAYMENT.CAPTURE.COMPLETED", resource)).Kind);
        Assert.Equal(FactKind.Failed, Assert.Single(Facts("PAYMENT.CAPTURE.DENIED", resource)).Kind);
    }

    [Theory]
    [InlineData("", 1999L)]
    [InlineData("\"final_capture\":true,", 1999L)]
    [InlineData("\"final_capture\":false,", null)]
    public void A_final_capture_without_an_authorisation_is_the_whole_payment(string final, long? whole) =>
        Assert.Equal(whole, Assert.Single(Facts("PAYMENT.CAPTURE.COMPLETED", Capture("COMPLETED", final))).PaymentAmount?.AmountMinor);

    [Fact]
    public void A_capture_of_an_authorisation_is_measured_by_it()
    {
        const string order = "\"order_id\":\"ORDER1\"";
        var resource = Capture("COMPLETED").Replace(order, order + ",\"authorization_id\":\"AUTH1\"", StringComparison.Ordinal);
        var fact = Assert.Single(Facts("PAYMENT.CAPTURE.COMPLETED", resource));
        Assert.Null(fact.PaymentAmount);
        Assert.Equal(["ORDER1", "AUTH1", "CAP1"], fact.Aliases);
    }

    [Fact]
    public void What_PayPal_keeps_of_a_capture_is_a_fee()
    {
        const string breakdown = "\"seller_receivable_breakdown\":{\"paypal_fee\":{\"currency_code\":\"USD\",\"value\":\"1.40\"} },";
        var fee = Facts("PAYMENT.CAPTURE.COMPLETED", Capture("COMPLETED", breakdown))[1];
        Assert.Equal(FactKind.Fee, fee.Kind);
        Assert.Equal("CAP1", fee.PartId);
        Assert.Equal(140, fee.Amount!.Value.AmountMinor);
        Assert.Single(Facts("PAYMENT.CAPTURE.PENDING", Capture("PENDING", breakdown)));
    }

    [Theory]
    [InlineData("PAYMENT.CAPTURE.REFUNDED", "COMPLETED", FactKind.RefundSucceeded)]
    [InlineData("PAYMENT.CAPTURE.REFUNDED", "PENDING", FactKind.RefundPending)]
    [InlineData("PAYMENT.REFUND.PENDING", "PENDING", FactKind.RefundPending)]
    [InlineData("PAYMENT.REFUND.FAILED", "FAILED", FactKind.RefundFailed)]
    [InlineData("PAYMENT.REFUND.FAILED", "CANCELLED", FactKind.RefundFailed)]
    [InlineData("PAYMENT.CAPTURE.REVERSED", "COMPLETED", FactKind.DisputeFundsWithdrawn)]
    public void A_refund_points_at_its_capture_and_founds_nothing(string name, string status, FactKind kind)
    {
        var fact = Assert.Single(Facts(name, Resource("REF1", status, UpToCapture)));
        Assert.Equal(kind, fact.Kind);
        Assert.Equal("CAP1", fact.Reference);
        Assert.Equal(["CAP1", "REF1"], fact.Aliases);
        Assert.Equal("REF1", fact.PartId);
        Assert.False(fact.FoundsPayment);
        Assert.False(fact.IsCumulative);
    }

    [Theory]
    [InlineData("CREATED", FactKind.Authorized)]
    [InlineData("PARTIALLY_CAPTURED", FactKind.Authorized)]
    [InlineData("PENDING", FactKind.Processing)]
    [InlineData("DENIED", FactKind.Failed)]
    [InlineData("VOIDED", FactKind.Voided)]
    public void The_status_of_an_authorisation_rules_over_the_name_of_its_event(string status, FactKind kind)
    {
        foreach (var name in new[] { "PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.AUTHORIZATION.VOIDED" })
        {
            var fact = Assert.Single(Facts(name, Resource("AUTH1", status, Order)));
            Assert.Equal(kind, fact.Kind);
            Assert.Equal("ORDER1", fact.Reference);
            Assert.Equal($"{kind}:AUTH1", fact.Key.Value);
        }
    }

    [Theory]
    [InlineData("CAPTURE", "capture")]
    [InlineData("AUTHORIZE", "authorize")]
    public void An_approved_order_waits_for_us(string intent, string action)
    {
        var fact = Assert.Single(Facts("CHECKOUT.ORDER.APPROVED", WholeOrder("APPROVED", intent)));
        Assert.Equal(FactKind.RequiresAction, fact.Kind);
        Assert.Equal(action, fact.Details.NextActionType);
        Assert.Equal(3000, fact.PaymentAmount!.Value.AmountMinor);
        Assert.Equal("ord-1", fact.OrderId);
    }

    [Fact]
    public void A_completed_order_is_what_its_captures_are()
    {
        const string payments = """
            ,"payments":{"captures":[
            {"id":"CAP1","status":"COMPLETED","amount":{"currency_code":"USD","value":"20.00"},"custom_id":"ord-1"},
            {"id":"CAP2","status":"DECLINED","amount":{"currency_code":"USD","value":"10.00"},"custom_id":"ord-1"}]}
            """;
        var facts = Facts("CHECKOUT.ORDER.COMPLETED", WholeOrder("COMPLETED", "CAPTURE", payments));
        Assert.Equal([FactKind.Captured, FactKind.Failed], facts.Select(fact => fact.Kind));
        Assert.All(facts, fact => Assert.Equal("ORDER1", fact.Reference));
        Assert.Equal(3000, facts[0].PaymentAmount!.Value.AmountMinor);
        Assert.Empty(Facts("CHECKOUT.ORDER.COMPLETED", WholeOrder("COMPLETED", "CAPTURE")));
    }

    [Fact]
    public void An_approval_taken_back_voids_the_order_that_it_names_without_an_id()
    {
        var fact = Assert.Single(Facts("CHECKOUT.PAYMENT-APPROVAL.REVERSED", """{"order_id":"ORDER1"}"""));
        Assert.Equal(FactKind.Voided, fact.Kind);
        Assert.Equal("ORDER1", fact.Reference);
    }

    [Theory]
    [InlineData("custom_id", "invoice_id")]
    [InlineData("invoice_id", "custom_id")]
    public void Our_payment_id_is_an_alias_and_no_order_id(string member, string other)
    {
        const string ours = "pay_0199a3f2c0de7abc8def0123456789ab";
        string Named(string resource) => resource
            .Replace("\"custom_id\":\"ord-1\"", $"\"{member}\":\"{ours}\"", StringComparison.Ordinal);
        var fact = Assert.Single(Facts("PAYMENT.CAPTURE.COMPLETED", Named(Capture("COMPLETED", $"\"{other}\":\"cap_1\","))));
        Assert.Equal(["ORDER1", "CAP1", ours], fact.Aliases);
        Assert.Equal("ORDER1", fact.Reference);
        Assert.Equal(member == "custom_id" ? null : "cap_1", fact.OrderId);
        var order = Assert.Single(Facts("CHECKOUT.ORDER.APPROVED", Named(WholeOrder("APPROVED", "CAPTURE"))));
        Assert.Equal(["ORDER1", ours], order.Aliases);
        Assert.Null(order.OrderId);
        var dispute = Assert.Single(Facts("CUSTOMER.DISPUTE.CREATED", Dispute(null,
            $$"""{"seller_transaction_id":"CAP1","custom":"{{ours}}"}""")));
        Assert.Equal(["CAP1", ours], dispute.Aliases);
        Assert.Null(dispute.OrderId);
    }

    [Fact]
    public void A_final_capture_that_names_its_authorisation_by_link_is_not_the_whole_payment()
    {
        const string link = """
            ,"links":[{"rel":"up","href":"https://api-m.paypal.com/v2/payments/authorizations/AUTH1","method":"GET"}]
            """;
        var fact = Assert.Single(Facts("PAYMENT.CAPTURE.COMPLETED", Resource("CAP1", "COMPLETED", ",\"final_capture\":true" + link)));
        Assert.Null(fact.PaymentAmount);
        Assert.Equal(["AUTH1", "CAP1"], fact.Aliases);
    }

    [Theory]
    [InlineData("CREATED", null, FactKind.DisputeOpened)]
    [InlineData("UPDATED", null, FactKind.DisputeOpened)]
    [InlineData("UPDATED", "RESOLVED_BUYER_FAVOUR", FactKind.DisputeLost)]
    [InlineData("RESOLVED", "RESOLVED_BUYER_FAVOUR", FactKind.DisputeLost)]
    [InlineData("RESOLVED", "ACCEPTED", FactKind.DisputeLost)]
    [InlineData("RESOLVED", "RESOLVED_SELLER_FAVOUR", FactKind.DisputeWon)]
    [InlineData("RESOLVED", "RESOLVED_WITH_PAYOUT", FactKind.DisputeWon)]
    [InlineData("RESOLVED", "CANCELED_BY_BUYER", FactKind.DisputeWon)]
    [InlineData("RESOLVED", "SOMETHING_NEW", FactKind.DisputeOpened)]
    public void A_dispute_is_what_its_outcome_says(string name, string? outcome, FactKind kind)
    {
        var dispute = Dispute(outcome, """{"seller_transaction_id":"CAP1","custom":"ord-1"}""");
        var fact = Assert.Single(Facts("CUSTOMER.DISPUTE." + name, dispute));
        Assert.Equal(kind, fact.Kind);
        Assert.Equal("CAP1", fact.Reference);
        Assert.Equal("PP-D-1", fact.PartId);
        Assert.Equal(1999, fact.Amount!.Value.AmountMinor);
        Assert.False(fact.FoundsPayment);
    }

    [Fact]
    public void Each_transaction_of_a_dispute_is_a_part_with_its_own_amount()
    {
        var facts = Facts("CUSTOMER.DISPUTE.CREATED", Dispute(null, """
            {"seller_transaction_id":"CAP1","gross_amount":{"currency_code":"USD","value":"9.99"} },
            {"seller_transaction_id":"CAP2","gross_amount":{"currency_code":"USD","value":"10.00"} }
            """));
        Assert.Equal([("CAP1", "PP-D-1/CAP1", 999L), ("CAP2", "PP-D-1/CAP2", 1000L)],
            facts.Select(fact => (fact.Reference, fact.PartId!, fact.Amount!.Value.AmountMinor)));
    }

    [Theory]
    [InlineData("CREATED", FactKind.PaymentMethodAttached)]
    [InlineData("DELETED", FactKind.PaymentMethodDetached)]
    [InlineData("DELETION-INITIATED", FactKind.PaymentMethodDetached)]
    public void A_vaulted_card_is_a_payment_method(string name, FactKind kind)
    {
        var fact = Assert.Single(Facts("VAULT.PAYMENT-TOKEN." + name, """
            {"id":"TOK1","customer":{"id":"c1","merchant_customer_id":"user-1"},
            "payment_source":{"card":{"last_digits":"1111","brand":"VISA","expiry":"2030-03"} } }
            """));
        Assert.Equal(kind, fact.Kind);
        Assert.Equal("TOK1", fact.Reference);
        Assert.Equal("user-1", fact.UserId);
        Assert.Equal(new FactDetails { Brand = "VISA", Last4 = "1111", ExpiryMonth = 3, ExpiryYear = 2030 }, fact.Details);
    }

    [Theory]
    [InlineData("PROCESSING", FactKind.PayoutPending)]
    [InlineData("SUCCESS", FactKind.PayoutPaid)]
    [InlineData("DENIED", FactKind.PayoutFailed)]
    public void A_batch_of_payouts_is_a_payout(string status, FactKind kind)
    {
        var fact = Assert.Single(Facts("PAYMENT.PAYOUTSBATCH." + status, $$$"""
            {"batch_header":{"payout_batch_id":"B1","batch_status":"{{{status}}}","amount":{"currency":"USD","value":"19.99"} } }
            """));
        Assert.Equal(kind, fact.Kind);
        Assert.Equal("B1", fact.Reference);
        Assert.Equal(1999, fact.Amount!.Value.AmountMinor);
    }

    [Theory]
    [InlineData("PAYMENT.SALE.COMPLETED", "completed", FactKind.Captured)]
    [InlineData("PAYMENT.SALE.PENDING", "completed", FactKind.Captured)]
    [InlineData("PAYMENT.SALE.PENDING", "pending", FactKind.Processing)]
    [InlineData("PAYMENT.SALE.DENIED", "denied", FactKind.Failed)]
    [InlineData("PAYMENT.SALE.REFUNDED", "completed", FactKind.RefundSucceeded)]
    [InlineData("PAYMENT.SALE.REVERSED", "completed", FactKind.DisputeFundsWithdrawn)]
    public void A_sale_of_the_first_version_is_a_capture_by_its_state(string name, string state, FactKind kind)
    {
        // What goes out has a minus there.
        var sign = kind is FactKind.RefundSucceeded or FactKind.DisputeFundsWithdrawn ? "-" : "";
        var facts = Facts(name, $$$"""
            {"id":"SALE1","state":"{{{state}}}","parent_payment":"PAY-1",
            "amount":{"total":"{{{sign}}}19.99","currency":"USD"},"custom":"ord-1"}
            """);
        Assert.Equal(kind, Assert.Single(facts).Kind);
        Assert.Equal("PAY-1", facts[0].Reference);
        Assert.Equal(1999, facts[0].Amount!.Value.AmountMinor);
        Assert.Equal("ord-1", facts[0].OrderId);
    }

    [Theory]
    [InlineData("BILLING.PLAN.CREATED")]
    [InlineData("PAYMENT.PAYOUTS-ITEM.SUCCEEDED")]
    [InlineData("SOMETHING.NEW")]
    public void An_unknown_event_is_an_event_without_facts(string name) => Assert.Empty(Facts(name, """{"anything":1}"""));

    [Fact]
    public void The_content_of_an_event_is_its_type_and_resource_and_not_its_links()
    {
        var one = Read("PAYMENT.CAPTURE.COMPLETED", Capture("COMPLETED"));
        var again = Read("PAYMENT.CAPTURE.COMPLETED", Capture("COMPLETED"), more: ""","links":[1]""");
        var other = Read("PAYMENT.CAPTURE.COMPLETED", Capture("COMPLETED").Replace("19.99", "99.99", StringComparison.Ordinal));
        Assert.Equal("WH-1", one.Key);
        Assert.Equal(one.ContentHash, again.ContentHash);
        Assert.NotEqual(one.ContentHash, other.ContentHash);
    }

    [Theory]
    [InlineData("\"value\":\"19.99\"", "\"value\":\"19.999\"")]
    [InlineData("\"value\":\"19.99\"", "\"value\":\"1e3\"")]
    [InlineData("\"value\":\"19.99\"", "\"value\":\"-19.99\"")]
    [InlineData("\"value\":\"19.99\"", "\"value\":19.99")]
    [InlineData("\"value\":\"19.99\"", "\"value\":\"19.99\",\"value\":\"1.00\"")]
    [InlineData("\"USD\"", "\"XXX\"")]
    [InlineData("\"id\":\"CAP1\"", "\"id\":\"a\\u0000\"")]
    [InlineData("2026-11-02T10:00:00Z", "yesterday")]
    public void H86_H90_H94_what_cannot_be_understood_is_quarantined(string once, string instead)
    {
        var resource = Capture("COMPLETED");
        Assert.Contains(once, resource, StringComparison.Ordinal);
        Assert.Throws<UnreadableWebhookException>(() =>
            Facts("PAYMENT.CAPTURE.COMPLETED", resource.Replace(once, instead, StringComparison.Ordinal)));
    }

    private static string Capture(string status, string more = "") =>
        Resource("CAP1", status, Order).Replace("\"amount\"", more + "\"amount\"", StringComparison.Ordinal);

    private static string Resource(string id, string status, string more) => $$$"""
        {"id":"{{{id}}}","status":"{{{status}}}","amount":{"currency_code":"USD","value":"19.99"},"custom_id":"ord-1",
        "create_time":"2026-11-02T10:00:00Z"{{{more}}} }
        """;

    private static string WholeOrder(string status, string intent, string payments = "") => $$$"""
        {"id":"ORDER1","intent":"{{{intent}}}","status":"{{{status}}}","purchase_units":[
        {"amount":{"currency_code":"USD","value":"20.00"},"custom_id":"ord-1"{{{payments}}} },
        {"amount":{"currency_code":"USD","value":"10.00"} }]}
        """;

    private static string Dispute(string? outcome, string transactions) => $$$"""
        {"dispute_id":"PP-D-1","disputed_transactions":[{{{transactions}}}],"dispute_amount":{"currency_code":"USD","value":"19.99"}
        {{{(outcome is null ? "" : $",\"dispute_outcome\":{{\"outcome_code\":\"{outcome}\"}}")}}} }
        """;

    private static IReadOnlyList<Fact> Facts(string type, string resource) => Read(type, resource).Facts;

    private static GatewayEvent Read(string type, string resource, string more = "")
    {
        var body = $$$"""
            {"id":"WH-1","event_type":"{{{type}}}","create_time":"2026-11-02T10:00:05.120Z","resource":{{{resource}}}{{{more}}} }
            """;
        return Assert.Single(PayPal.Read(new StoredWebhook("default", System.Text.Encoding.UTF8.GetBytes(body), "")).Events);
    }
}
