using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalCalls;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalOrderCallTests : IAsyncLifetime
{
    private PayPalApiServer _paypal = null!;

    public async Task InitializeAsync() => _paypal = await PayPalApiServer.StartAsync();

    public Task DisposeAsync() => _paypal.DisposeAsync().AsTask();

    [Theory]
    [InlineData("PAYER_ACTION_REQUIRED")]
    [InlineData("CREATED")]
    public async Task An_order_that_waits_for_the_payer_says_where_to_send_them(string status)
    {
        _paypal.On(OrdersRoute, 201, OrderJson(status));
        var reply = await CreateAsync(Create());
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal(Order, reply.GatewayPaymentId);
        Assert.Equal(new NextAction("redirect", "https://www.paypal.com/checkoutnow?token=" + Order), reply.NextAction);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.RequiresAction, "RequiresAction:" + Order), (fact.Kind, fact.Key.Value));
        Assert.Equal([Order, PaymentId], fact.Aliases);
        Assert.Null(fact.OrderId);
    }

    [Theory]
    [InlineData(CaptureMethod.Automatic, "CAPTURE")]
    [InlineData(CaptureMethod.Manual, "AUTHORIZE")]
    public async Task What_is_asked_for_carries_our_ids_and_asks_for_the_whole_answer(CaptureMethod method, string intent)
    {
        _paypal.On(OrdersRoute, 201, OrderJson("PAYER_ACTION_REQUIRED", intent: intent));
        await CreateAsync(Create(method) with { SaveMethod = true, GatewayCustomerId = "cust1234" });
        var request = Assert.Single(_paypal.To(OrdersRoute));
        Assert.Equal(PaymentId, request.Headers["PayPal-Request-Id"]);
        Assert.Equal("return=representation", request.Headers["Prefer"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal($$$$"""
            {"intent":"{{{{intent}}}}","purchase_units":[{"reference_id":"default","custom_id":"{{{{PaymentId}}}}",
            "invoice_id":"{{{{PaymentId}}}}","description":"ord-1","amount":{"currency_code":"EUR","value":"25.99"}}],
            "payment_source":{"paypal":{"experience_context":{"return_url":"https://shop.example/back",
            "cancel_url":"https://shop.example/back"},"attributes":{"vault":{"store_in_vault":"ON_SUCCESS","usage_type":"MERCHANT"},
            "customer":{"id":"cust1234"}
            }}
            }}
            """.ReplaceLineEndings(""), _paypal.BodyOf(OrdersRoute).GetRawText());
    }

    [Theory]
    [InlineData("JPY", 1500, "1500")]
    [InlineData("HUF", 150000, "1500")]
    [InlineData("USD", 5, "0.05")]
    public async Task Amounts_are_written_with_the_decimals_of_their_currency(string currency, long minor, string value)
    {
        _paypal.On(OrdersRoute, 400, Error("CURRENCY_NOT_SUPPORTED", "INVALID_REQUEST"));
        await CreateAsync(Create() with { Amount = Of(minor, currency) });
        var amount = _paypal.BodyOf(OrdersRoute).GetProperty("purchase_units")[0].GetProperty("amount");
        Assert.Equal((currency, value), (amount.GetProperty("currency_code").GetString(), amount.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task An_amount_that_PayPal_cannot_be_told_is_refused_before_anything_is_sent()
    {
        var reply = await CreateAsync(Create() with { Amount = Of(150050, "HUF"), Token = "tok12345", TokenIsStored = true });
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(_paypal.Requests);
    }

    [Theory]
    [InlineData(1299, 2, true)]
    [InlineData(1300, 2, false)]
    public async Task A_basket_is_shown_only_when_it_adds_up(long unit, int quantity, bool isShown)
    {
        _paypal.On(OrdersRoute, 201, OrderJson("CREATED", value: "25.98"));
        await CreateAsync(Create() with { Amount = Euro(2598), LineItems = [new("Socks", "SKU1", quantity, unit, null)], TaxAmount = 400 });
        var sent = _paypal.BodyOf(OrdersRoute).GetProperty("purchase_units")[0];
        Assert.Equal(isShown, sent.TryGetProperty("items", out _));
        Assert.Equal(isShown, sent.GetProperty("amount").TryGetProperty("breakdown", out _));
    }

    [Fact]
    public async Task Tax_without_a_basket_is_shown_beside_the_net_amount()
    {
        _paypal.On(OrdersRoute, 201, OrderJson("CREATED"));
        await CreateAsync(Create() with { TaxAmount = 415 });
        var breakdown = _paypal.BodyOf(OrdersRoute).GetProperty("purchase_units")[0].GetProperty("amount").GetProperty("breakdown");
        Assert.Equal("21.84", breakdown.GetProperty("item_total").GetProperty("value").GetString());
        Assert.Equal("4.15", breakdown.GetProperty("tax_total").GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("card", """{"card":{"last_digits":"1111"}}""", """{"vault_id":"tok12345","stored_credential":""")]
    [InlineData("paypal", """{"paypal":{"email_address":"a@b.example"}}""", """{"vault_id":"tok12345"}""")]
    public async Task A_stored_method_pays_at_once_as_what_the_vault_says_it_is(string kind, string vaulted, string sent)
    {
        _paypal.On("GET /v3/vault/payment-tokens/tok12345", 200, $$"""{"id":"tok12345","payment_source":{{vaulted}}}""")
            .On(OrdersRoute, 201, Captured(CaptureJson()));
        var reply = await CreateAsync(Create() with { Token = "tok12345", TokenIsStored = true, PayerIsPresent = false });
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal([FactKind.Captured, FactKind.Fee], reply.Facts.Select(fact => fact.Kind));
        Assert.Equal((2599, 2599), (reply.Facts[0].Amount!.Value.AmountMinor, reply.Facts[0].PaymentAmount!.Value.AmountMinor));
        Assert.Equal(CaptureId, reply.GatewayReference);
        var source = _paypal.BodyOf(OrdersRoute).GetProperty("payment_source").GetProperty(kind);
        Assert.StartsWith(sent, source.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_method_that_PayPal_does_not_know_is_refused()
    {
        var reply = await CreateAsync(Create() with { Token = "tok12345", TokenIsStored = true });
        Assert.Equal((GatewayOutcome.Refused, "not_found"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(_paypal.To(OrdersRoute));
    }

    [Theory]
    [InlineData("../../v1/x")]
    [InlineData("..")]
    [InlineData("a b")]
    public async Task A_token_that_is_no_id_goes_nowhere(string token)
    {
        var reply = await CreateAsync(Create() with { Token = token, TokenIsStored = true });
        Assert.Equal(GatewayOutcome.Refused, reply.Outcome);
        Assert.Empty(_paypal.Requests);
    }

    [Fact]
    public async Task An_order_that_its_source_approved_is_completed_within_the_call()
    {
        _paypal.On("GET /v3/vault/payment-tokens/tok12345", 200, """{"id":"tok12345","payment_source":{"paypal":{}}}""")
            .On(OrdersRoute, 201, OrderJson("APPROVED"))
            .On(CompleteRoute, 201, Captured(CaptureJson()));
        var reply = await CreateAsync(Create() with { Token = "tok12345", TokenIsStored = true });
        Assert.Equal("Captured:" + CaptureId, reply.Facts[0].Key.Value);
        Assert.Equal(PaymentId + "-complete", Assert.Single(_paypal.To(CompleteRoute)).Headers["PayPal-Request-Id"]);
    }

    [Theory]
    [InlineData("INSTRUMENT_DECLINED", "card_declined")]
    [InlineData("CARD_EXPIRED", "expired_card")]
    [InlineData("TRANSACTION_BLOCKED_BY_PAYEE", "fraud_suspected")]
    public async Task A_refusal_of_the_source_is_a_decline_and_a_failed_payment(string issue, string code)
    {
        _paypal.On(OrdersRoute, 422, Error(issue));
        var reply = await CreateAsync(Create());
        Assert.Equal((GatewayOutcome.Declined, code, issue), (reply.Outcome, reply.Failure!.Code, reply.Failure.GatewayCode));
        Assert.Equal((FactKind.Failed, issue), (Assert.Single(reply.Facts).Kind, reply.Facts[0].Details.FailureCode));
        Assert.Contains("7c1a", reply.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Quotes", reply.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5120", "insufficient_funds")]
    [InlineData("5400", "expired_card")]
    [InlineData("9500", "fraud_suspected")]
    [InlineData("5650", "authentication_required")]
    [InlineData("0500", "card_declined")]
    public async Task A_declined_capture_keeps_what_the_processor_said(string processor, string code)
    {
        const string secure = """
            {"card":{"authentication_result":{"liability_shift":"NO",
             "three_d_secure":{"enrollment_status":"Y","authentication_status":"N"} } } }
            """;
        var response = $$$"""
            ,"processor_response":{"response_code":"{{{processor}}}","avs_code":"N","cvv_code":"M","payment_advice_code":"03"}
            """;
        _paypal.On(OrdersRoute, 201, OrderJson("COMPLETED", $"\"captures\":[{CaptureJson("DECLINED", more: response)}]", source: secure));
        var reply = await CreateAsync(Create());
        Assert.Equal((GatewayOutcome.Declined, code, processor), (reply.Outcome, reply.Failure!.Code, reply.Failure.DeclineCode));
        Assert.Equal((processor, "03"), (reply.Failure.NetworkCode, reply.Failure.AdviceCode));
        Assert.Contains("liability shift NO", reply.Failure.Message, StringComparison.Ordinal);
        var details = Assert.Single(reply.Facts).Details;
        Assert.Equal(("N", "M"), (details.AvsResult, details.CvvResult));
        Assert.Equal(reply.Failure.In(details), details);
    }

    [Theory]
    [InlineData("amount", "25.98", PaymentId)]
    [InlineData("payment", "25.99", "pay_0199a3f2c0de7abc8def0123456789ff")]
    [InlineData("payment", "25.99", "ord-1")]
    public async Task F31_an_order_of_another_amount_or_payment_is_never_a_success(string what, string value, string custom)
    {
        _paypal.On(OrdersRoute, 201, OrderJson("PAYER_ACTION_REQUIRED", value: value, custom: custom));
        var reply = await CreateAsync(Create());
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.EndsWith($"another {what}.", reply.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("25.98")]
    [InlineData("2599")]
    public async Task F31_a_capture_of_another_amount_than_its_order_is_never_a_success(string value)
    {
        _paypal.On(CompleteRoute, 201, Captured(CaptureJson(value: value)));
        Assert.Equal("mismatched_reply", (await ConfirmAsync(Confirm())).Failure!.Code);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"id\":")]
    [InlineData("{}")]
    [InlineData("""{"id":"5O190127TN364701T","status":"CREATED","purchase_units":[{"amount":{"currency_code":"EUR","value":25.99}}]}""")]
    [InlineData("""{"id":"../x","status":"CREATED"}""")]
    public async Task F31_nonsense_is_unknown(string json)
    {
        _paypal.On(OrdersRoute, 201, json);
        var reply = await CreateAsync(Create());
        Assert.Equal((GatewayOutcome.Unknown, "unreadable_reply"), (reply.Outcome, reply.Failure!.Code));
    }

    [Fact]
    public async Task A_status_that_we_do_not_know_is_unknown()
    {
        _paypal.On(OrdersRoute, 201, OrderJson("NEW_WORD"));
        Assert.Equal("unreadable_reply", (await CreateAsync(Create())).Failure!.Code);
    }

    [Fact]
    public async Task A_replay_that_answers_200_in_the_short_form_is_read_in_full()
    {
        _paypal.On(OrdersRoute, 200, $$"""{"id":"{{Order}}","status":"PAYER_ACTION_REQUIRED"}""")
            .On(OrderRoute, 200, OrderJson("PAYER_ACTION_REQUIRED"));
        var reply = await CreateAsync(Create());
        Assert.Equal((GatewayOutcome.Accepted, Order), (reply.Outcome, reply.GatewayPaymentId));
        Assert.NotNull(reply.NextAction);
    }

    [Fact]
    public async Task F29_every_try_carries_the_same_request_id_and_body()
    {
        _paypal.On(OrdersRoute, 503, "{}").On(OrdersRoute, 429, "{}").On(OrdersRoute, 200, OrderJson("PAYER_ACTION_REQUIRED"));
        Assert.Equal(GatewayOutcome.Accepted, (await CreateAsync(Create())).Outcome);
        var tries = _paypal.To(OrdersRoute).ToList();
        Assert.Equal(3, tries.Count);
        Assert.All(tries, one => Assert.Equal(PaymentId, one.Headers["PayPal-Request-Id"]));
        Assert.All(tries, one => Assert.True(one.Body.Span.SequenceEqual(tries[0].Body.Span)));
    }

    [Theory]
    [InlineData(429, "{}", GatewayOutcome.NotDone)]
    [InlineData(500, "{}", GatewayOutcome.Unknown)]
    [InlineData(409, """{"name":"RESOURCE_CONFLICT"}""", GatewayOutcome.Unknown)]
    [InlineData(403, """{"name":"NOT_AUTHORIZED"}""", GatewayOutcome.Refused)]
    [InlineData(400, """{"name":"INVALID_REQUEST"}""", GatewayOutcome.Refused)]
    public async Task F30_what_is_no_answer_to_the_question_is_told_apart(int status, string json, GatewayOutcome outcome)
    {
        _paypal.On(OrdersRoute, status, json);
        Assert.Equal(outcome, (await CreateAsync(Create())).Outcome);
    }

    [Fact]
    public async Task An_invoice_that_PayPal_has_already_may_be_our_own()
    {
        _paypal.On(OrdersRoute, 422, Error("DUPLICATE_INVOICE_ID"));
        Assert.Equal(GatewayOutcome.Unknown, (await CreateAsync(Create())).Outcome);
    }

    [Theory]
    [InlineData(CaptureMethod.Automatic, CompleteRoute, FactKind.Captured)]
    [InlineData(CaptureMethod.Manual, AuthorizeRoute, FactKind.Authorized)]
    public async Task An_approved_order_is_completed_as_the_call_says(CaptureMethod method, string route, FactKind kind)
    {
        _paypal.On(route, 201, method == CaptureMethod.Manual ? Authorized() : Captured(CaptureJson()));
        var reply = await ConfirmAsync(Confirm(method));
        Assert.Equal((GatewayOutcome.Accepted, kind), (reply.Outcome, reply.Facts[0].Kind));
        Assert.Equal(Confirm().Key, Assert.Single(_paypal.To(route)).Headers["PayPal-Request-Id"]);
        Assert.Equal("{}", _paypal.BodyOf(route).GetRawText());
    }

    [Fact]
    public async Task A_capture_that_PayPal_works_on_is_accepted_and_processing()
    {
        _paypal.On(CompleteRoute, 201, Captured(CaptureJson("PENDING", more: ",\"status_details\":{\"reason\":\"ECHECK\"}")));
        var reply = await ConfirmAsync(Confirm());
        Assert.Equal((GatewayOutcome.Accepted, FactKind.Processing), (reply.Outcome, Assert.Single(reply.Facts).Kind));
        Assert.Equal("ECHECK", reply.Facts[0].Details.Reason);
    }

    [Theory]
    [InlineData("ORDER_NOT_APPROVED")]
    [InlineData("PAYER_ACTION_REQUIRED")]
    public async Task An_order_that_nobody_approved_is_refused_with_the_way_to_approve_it(string issue)
    {
        _paypal.On(CompleteRoute, 422, Error(issue)).On(OrderRoute, 200, OrderJson("PAYER_ACTION_REQUIRED"));
        var reply = await ConfirmAsync(Confirm());
        Assert.Equal((GatewayOutcome.Refused, "invalid_state"), (reply.Outcome, reply.Failure!.Code));
        Assert.Equal("https://www.paypal.com/checkoutnow?token=" + Order, reply.NextAction!.Url);
        Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task A_decline_after_approval_is_an_attempt_and_the_payer_may_choose_another_source()
    {
        const string link = ""","links":[{"rel":"payer-action","href":"https://www.paypal.com/checkoutnow?token=5O190127TN364701T"}]""";
        _paypal.On(CompleteRoute, 422, Error("INSTRUMENT_DECLINED", more: link));
        var reply = await ConfirmAsync(Confirm());
        Assert.Equal(GatewayOutcome.Declined, reply.Outcome);
        Assert.Equal((FactKind.AttemptFailed, Order), (Assert.Single(reply.Facts).Kind, reply.Facts[0].Reference));
        Assert.NotNull(reply.NextAction);
    }

    [Theory]
    [InlineData(422, "ORDER_ALREADY_CAPTURED")]
    [InlineData(422, "DUPLICATE_INVOICE_ID")]
    [InlineData(409, "PREVIOUS_REQUEST_IN_PROGRESS")]
    public async Task What_an_earlier_try_did_is_read_back(int status, string issue)
    {
        _paypal.On(CompleteRoute, status, Error(issue)).On(OrderRoute, 200, Captured(CaptureJson()));
        var reply = await ConfirmAsync(Confirm());
        Assert.Equal((GatewayOutcome.Accepted, "Captured:" + CaptureId), (reply.Outcome, reply.Facts[0].Key.Value));
    }

    [Fact]
    public async Task What_may_be_under_way_is_unknown_while_the_order_does_not_show_it()
    {
        _paypal.On(CompleteRoute, 422, Error("DUPLICATE_INVOICE_ID")).On(OrderRoute, 200, OrderJson("APPROVED"));
        Assert.Equal(GatewayOutcome.Unknown, (await ConfirmAsync(Confirm())).Outcome);
    }

    [Fact]
    public async Task A_source_kept_with_the_payment_is_a_method_of_the_customers()
    {
        const string source = """
            {"paypal":{"email_address":"a@b.example",
             "attributes":{"vault":{"id":"tok12345","status":"VAULTED","customer":{"id":"cust1234"} } } } }
            """;
        _paypal.On(CompleteRoute, 201, OrderJson("COMPLETED", $"\"captures\":[{CaptureJson()}]", source: source));
        var reply = await ConfirmAsync(Confirm() with { UserId = "user-1" });
        Assert.Equal("cust1234", reply.GatewayCustomerId);
        var method = reply.Facts[^1];
        Assert.Equal((FactKind.PaymentMethodAttached, "tok12345", "paypal"), (method.Kind, method.Reference, method.Details.Brand));
        Assert.Equal("user-1", method.UserId);
    }

    [Fact]
    public async Task F33_the_same_money_has_the_same_key_by_reply_and_by_webhook()
    {
        _paypal.On(CompleteRoute, 201, Captured(CaptureJson()));
        var reply = await ConfirmAsync(Confirm());
        var related = $$$""","supplementary_data":{"related_ids":{"order_id":"{{{Order}}}"} }""";
        var told = Told("PAYMENT.CAPTURE.COMPLETED", CaptureJson(more: related));
        Assert.Equal(told.Select(Essence), reply.Facts.Select(Essence));
        static object Essence(Fact fact) =>
            (fact.Key, fact.PartId, fact.Amount, fact.PaymentAmount, fact.Reference, fact.OccurredAt, string.Join(',', fact.Aliases));
    }

    [Fact]
    public async Task F28_a_call_that_is_answered_too_late_is_unknown()
    {
        await using var slow = await PayPalApiServer.StartAsync(("Http:TryTimeoutMs", "300"), ("Http:CallTimeoutMs", "600"));
        slow.On(CompleteRoute, (context, _) => context.NeverAnswerAsync());
        var reply = await slow.Client.ConfirmAsync(Confirm(), CancellationToken.None);
        Assert.Equal((GatewayOutcome.Unknown, Order), (reply.Outcome, reply.GatewayPaymentId));
    }

    private Task<GatewayReply> CreateAsync(CreatePaymentCall call) => _paypal.Client.CreateAsync(call, CancellationToken.None);

    private Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call) => _paypal.Client.ConfirmAsync(call, CancellationToken.None);
}
