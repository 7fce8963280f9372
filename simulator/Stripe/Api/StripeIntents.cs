using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/payment_intents</c>. Everything that can be refused is refused before anything changes.</summary>
internal sealed class StripeIntents(StripeBooks books, StripeMethods methods, StripeAttempts attempts)
{
    // Stripe takes amounts of at most eight digits.
    private const long AmountMax = 99_999_999;

    public ApiAnswer Create(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (currency, amount) = AmountOf(p);
        var captureMethod = p.Choice("capture_method", "automatic", "automatic_async", "manual") ?? "automatic_async";
        var (confirm, offSession) = (p.Flag("confirm") ?? false, OffSession(p));
        var metadata = p.Map("metadata") ?? new Dictionary<string, string>();
        var (customer, returnUrl) = (p.Text("customer"), ReturnUrl(p));
        var usage = p.Choice("setup_future_usage", "on_session", "off_session");
        p.Nested("automatic_payment_methods")?.Flag("enabled");
        p.Nested("automatic_payment_methods")?.Choice("allow_redirects", "always", "never");
        var (description, email) = (p.Text("description", 1000), p.Text("receipt_email", 800));
        var suffix = p.Text("statement_descriptor_suffix", 22);
        p.Choice("confirmation_method", "automatic");
        var token = p.Text("payment_method");
        var multicapture = p.Nested("payment_method_options")?.Nested("card")?.Choice("request_multicapture", "if_available", "never");
        IgnoreTheRest(p, request);
        p.RefuseUnknown();

        if (offSession && !confirm) throw StripeErrors.Invalid(null, "off_session is for confirm=true only.", "off_session");
        if (customer is not null && books.Customers.Get(customer).IsDeleted) throw StripeErrors.Missing("customer", customer, "customer");
        var method = token is null ? null : methods.ToPayWith(token, customer);
        if (confirm && method is null)
            throw StripeErrors.State("parameter_missing", "A payment method is needed to confirm.", "payment_method");

        var intent = Open(request, currency, amount, captureMethod, metadata, description, email, suffix);
        (intent.Customer, intent.ReturnUrl, intent.SetupFutureUsage) = (customer, returnUrl, usage);
        intent.HasMulticapture = multicapture == "if_available";
        var step = books.StepOf(request);
        if (method is not null) intent.Method = methods.Use(method);
        if (method is not null && !confirm)
        {
            intent.Status = "requires_confirmation";
            intent.Truth.Waits("REQUIRES_CONFIRMATION");
        }
        step.Tell("payment_intent.created", intent.Write(), intent.Truth);
        return confirm ? attempts.Pay(intent, request, step, offSession, p.Expand) : Done(request, intent, p, "done");
    }

    public ApiAnswer Confirm(ApiRequest request)
    {
        var intent = Find(request);
        var p = StripeParams.Of(request);
        var (offSession, returnUrl, token) = (OffSession(p), ReturnUrl(p), p.Text("payment_method"));
        var usage = p.Choice("setup_future_usage", "on_session", "off_session");
        p.Text("client_secret");
        p.Choice("capture_method", "automatic", "automatic_async", "manual");
        IgnoreTheRest(p, request);
        p.RefuseUnknown();

        Require(intent, "confirm", "requires_payment_method", "requires_confirmation", "requires_action");
        var method = token is null ? null : methods.ToPayWith(token, intent.Customer);
        if (method is null && intent.Method is null)
            throw StripeErrors.State("payment_intent_unexpected_state", "You cannot confirm this PaymentIntent: it has no payment method.");
        if (method is not null) intent.Method = methods.Use(method);
        intent.ReturnUrl = returnUrl ?? intent.ReturnUrl;
        intent.SetupFutureUsage = usage ?? intent.SetupFutureUsage;
        return attempts.Pay(intent, request, books.StepOf(request), offSession, p.Expand);
    }

    public ApiAnswer Capture(ApiRequest request)
    {
        var intent = Find(request);
        var p = StripeParams.Of(request);
        var asked = p.Integer("amount_to_capture");
        var isFinal = p.Flag("final_capture") ?? true;
        var metadata = p.Map("metadata");
        p.Ignore("statement_descriptor", "statement_descriptor_suffix", "amount_details", "payment_details");
        p.RefuseUnknown();

        if (intent.Status == "succeeded")
            throw StripeErrors.State(
                "payment_intent_unexpected_state", "This PaymentIntent could not be captured: it has already been captured.");
        Require(intent, "capture", "requires_capture");
        var currency = intent.Truth.Currency;
        var amount = asked is { } wire
            ? currency.FromWire(wire) ?? throw StripeErrors.Invalid("parameter_invalid_integer", "Invalid amount.", "amount_to_capture")
            : intent.Capturable;
        if (amount < 1) throw StripeErrors.NotPositive("amount_to_capture");
        if (!isFinal && !intent.HasMulticapture)
            throw StripeErrors.State(null, "This PaymentIntent cannot be captured several times: multicapture was not asked for.", "final_capture");
        if (amount > intent.Capturable)
            throw StripeErrors.State("amount_too_large", "The amount to capture is more than what can be captured.", "amount_to_capture");

        intent.MetadataMap = ApiMetadata.Merge(intent.MetadataMap, metadata);
        attempts.Capture(intent, amount, isFinal || amount == intent.Capturable, books.StepOf(request));
        return Done(request, intent, p, "done", intent.LatestCharge, amount);
    }

    public ApiAnswer Cancel(ApiRequest request)
    {
        var intent = Find(request);
        var p = StripeParams.Of(request);
        var reason = p.Choice("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
        p.RefuseUnknown();

        Require(intent, "cancel", "requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing");
        (intent.Status, intent.CanceledAt, intent.NextAction) = ("canceled", request.Now, null);
        intent.CancellationReason = reason ?? intent.CancellationReason;
        intent.Truth.Void();
        books.StepOf(request).Tell("payment_intent.canceled", intent.Write(), intent.Truth);
        return Done(request, intent, p, "done");
    }

    public string Get(ApiRequest request)
    {
        var intent = Find(request);
        var p = StripeParams.Of(request);
        p.Text("client_secret");
        p.RefuseUnknown();
        return intent.Write();
    }

    public string GetCharge(ApiRequest request) => books.Charges.TryGetValue(request.Route("id"), out var write)
        ? write()
        : throw StripeErrors.Missing("charge", request.Route("id"));

    public string List(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (customer, created) = (p.Text("customer"), StripeTimes.Of(p.Nested("created")));
        return books.Intents.List(p, "/v1/payment_intents",
            intent => created(intent.Created) && (customer is null || intent.Customer == customer), intent => intent.Write());
    }

    public string Search(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var fits = StripeSearch.Of(p.Required("query"));
        var limit = p.Integer("limit") ?? 10;
        p.Ignore("page");
        p.RefuseUnknown();
        var known = request.Now.AddMilliseconds(-books.Floor.Faults["stripe"].Knobs.SearchLagMs);
        List<string> found =
        [
            .. books.Intents.NewestFirst().Where(intent => intent.Created <= known && fits(intent)).Take((int)limit)
                .Select(intent => intent.Write()),
        ];
        return StripeShelf<ApiIntent>.Page(found, "/v1/payment_intents/search", hasMore: false, "search_result");
    }

    private ApiIntent Find(ApiRequest request) => books.Intents.Find(request.Route("id"))
        ?? throw StripeErrors.Missing("payment_intent", request.Route("id"), "intent");

    private ApiIntent Open(
        ApiRequest request, Denomination currency, long amount, string captureMethod, IReadOnlyDictionary<string, string> metadata,
        string? description, string? email, string? suffix)
    {
        var intent = new ApiIntent
        {
            Truth = new PaymentTruth
            {
                Gateway = "stripe", Account = "default", GatewayPaymentId = books.NewId("pi_"),
                PaymentId = metadata.GetValueOrDefault("payment_id"), OrderId = metadata.GetValueOrDefault("order_id") ?? "",
                UserId = metadata.GetValueOrDefault("user_id"),
                Currency = currency, Amount = amount,
            },
            Created = request.Now, ChargeId = books.NewId("ch_"), TransactionId = books.NewId("txn_"),
            AcquirerReference = Dice.Number(books.Floor.Random, 12), RiskScore = books.Floor.Random.Next(1, 60),
            CaptureMethod = captureMethod, MetadataMap = metadata, Description = description, ReceiptEmail = email,
            StatementDescriptorSuffix = suffix,
        };
        books.Intents.Add(intent.Id, intent);
        books.Floor.Truth.Open(intent.Truth);
        return intent;
    }

    private ApiAnswer Done(ApiRequest request, ApiIntent intent, StripeParams p, string outcome, string? partId = null, long? amount = null)
    {
        books.Enter(request, intent, outcome, partId, amount ?? intent.Truth.Amount);
        return books.Answer(intent.Write(), p.Expand);
    }

    private static (Denomination Currency, long Amount) AmountOf(StripeParams p)
    {
        var code = p.Required("currency");
        p.Required("amount");
        var wire = p.Integer("amount")!.Value;
        var currency = Denominations.Of("stripe", code.ToUpperInvariant())
            ?? throw StripeErrors.Invalid(null, $"Invalid currency: {code}.", "currency");
        if (wire < 1) throw StripeErrors.NotPositive("amount");
        if (wire > AmountMax) throw StripeErrors.Invalid("amount_too_large", $"Amount must be no more than {AmountMax}.", "amount");
        var minimum = currency.Code switch { "USD" or "EUR" => 50, "GBP" => 30, _ => 1 };
        if (wire < minimum) throw StripeErrors.Invalid("amount_too_small", $"Amount must be at least {minimum}.", "amount");
        return (currency, currency.FromWire(wire) ?? throw StripeErrors.Invalid("parameter_invalid_integer", "Invalid amount.", "amount"));
    }

    /// <summary>"true", or why the payer is away.</summary>
    private static bool OffSession(StripeParams p) =>
        p.Choice("off_session", "true", "false", "one_off", "recurring") is not (null or "false");

    private static string? ReturnUrl(StripeParams p) =>
        p.Text("return_url") is not { } url || Uri.TryCreate(url, UriKind.Absolute, out _)
            ? p.Text("return_url")
            : throw StripeErrors.Invalid("url_invalid", "Invalid URL.", "return_url");

    private static void IgnoreTheRest(StripeParams p, ApiRequest request)
    {
        p.Ignore("shipping", "payment_method_options", "amount_details", "payment_details", "mandate_data", "radar_options",
            "statement_descriptor", "excluded_payment_method_types", "allowed_payment_method_types", "error_on_requires_action",
            "use_stripe_sdk", "transfer_group", "key");
        if (request.MayNameMethodTypes()) p.Ignore("payment_method_types");
    }

    private static void Require(ApiIntent intent, string what, params ReadOnlySpan<string> statuses)
    {
        if (!statuses.Contains(intent.Status))
            throw StripeErrors.State(
                "payment_intent_unexpected_state", $"You cannot {what} this PaymentIntent because it has a status of {intent.Status}.");
    }
}
