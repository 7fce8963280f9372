using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/setup_intents</c>: keeps a method for later without taking money.</summary>
internal sealed class StripeSetupIntents(StripeBooks books, StripeMethods methods)
{
    public ApiAnswer Create(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (customer, token, returnUrl) = (p.Text("customer"), p.Text("payment_method"), p.Text("return_url"));
        var (confirm, usage) = (p.Flag("confirm") ?? false, p.Choice("usage", "on_session", "off_session") ?? "off_session");
        var (description, metadata) = (p.Text("description"), p.Map("metadata") ?? new Dictionary<string, string>());
        p.Ignore("automatic_payment_methods", "payment_method_options", "mandate_data", "use_stripe_sdk");
        if (request.MayNameMethodTypes()) p.Ignore("payment_method_types");
        p.RefuseUnknown();
        if (customer is not null && books.Customers.Get(customer).IsDeleted) throw StripeErrors.Missing("customer", customer, "customer");
        var method = token is null ? null : methods.ToPayWith(token, customer);
        if (confirm && method is null)
            throw StripeErrors.State("parameter_missing", "A payment method is needed to confirm.", "payment_method");

        var setup = new ApiSetupIntent
        {
            Id = books.NewId("seti_"), Created = request.Now, Secret = books.NewId(""), Customer = customer, Usage = usage,
            Description = description, Metadata = metadata, ReturnUrl = returnUrl,
        };
        books.SetupIntents.Add(setup.Id, setup);
        var step = books.StepOf(request);
        step.Tell("setup_intent.created", setup.Write(), about: null);
        if (method is not null) (setup.Method, setup.Status) = (methods.Use(method), "requires_confirmation");
        return confirm ? Try(setup, request, step, p.Expand) : Done(setup, request, "done", p.Expand);
    }

    public string Get(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        p.Text("client_secret");
        p.RefuseUnknown();
        return books.SetupIntents.Get(request.Route("id")).Write();
    }

    public ApiAnswer Confirm(ApiRequest request)
    {
        var setup = books.SetupIntents.Get(request.Route("id"));
        var p = StripeParams.Of(request);
        var (token, returnUrl) = (p.Text("payment_method"), p.Text("return_url"));
        p.Ignore("payment_method_options", "mandate_data", "use_stripe_sdk", "client_secret", "key");
        p.RefuseUnknown();
        Require(setup, "confirm");
        var method = token is null ? null : methods.ToPayWith(token, setup.Customer);
        if (method is null && setup.Method is null)
            throw StripeErrors.State("setup_intent_unexpected_state", "You cannot confirm this SetupIntent: it has no payment method.");
        if (method is not null) setup.Method = methods.Use(method);
        setup.ReturnUrl = returnUrl ?? setup.ReturnUrl;
        return Try(setup, request, books.StepOf(request), p.Expand);
    }

    public ApiAnswer Cancel(ApiRequest request)
    {
        var setup = books.SetupIntents.Get(request.Route("id"));
        var p = StripeParams.Of(request);
        var reason = p.Choice("cancellation_reason", "abandoned", "duplicate", "requested_by_customer");
        p.RefuseUnknown();
        Require(setup, "cancel");
        (setup.Status, setup.CancellationReason, setup.NextAction) = ("canceled", reason, null);
        books.StepOf(request).Tell("setup_intent.canceled", setup.Write(), about: null);
        return Done(setup, request, "done", p.Expand);
    }

    /// <summary>The payer has been at the challenge page. Nothing happens when the set-up does not wait for that any more.</summary>
    public void Authenticate(ApiSetupIntent setup, bool succeeded, StripeStep step)
    {
        if (setup.Status != "requires_action") return;
        if (succeeded) Succeed(setup, step);
        else Fail(setup, "setup_intent_authentication_failure", null, step);
    }

    private ApiAnswer Try(ApiSetupIntent setup, ApiRequest request, StripeStep step, IReadOnlyList<string> expand)
    {
        var card = setup.Method!.Card;
        if (StripeAttempts.NeedsAuthentication(setup.Method))
        {
            setup.NextAction = StripeChallengePage.ActionOf(StripeChallengePage.AddressOf(books.Floor, setup.Id), setup.ReturnUrl);
            setup.Status = "requires_action";
            step.Tell("setup_intent.requires_action", setup.Write(), about: null);
            return Done(setup, request, "pending", expand);
        }
        if (card.ErrorCode is not { } code)
        {
            Succeed(setup, step);
            return Done(setup, request, "done", expand);
        }

        Fail(setup, code, card.DeclineCode, step);
        Done(setup, request, "declined", []);
        var error = (JsonObject)JsonNode.Parse(setup.LastError!)!;
        error["setup_intent"] = JsonNode.Parse(setup.Write());
        return new ApiAnswer(402, new JsonObject { ["error"] = error }.ToJsonString());
    }

    private void Succeed(ApiSetupIntent setup, StripeStep step)
    {
        (setup.Status, setup.NextAction, setup.LastError) = ("succeeded", null, null);
        setup.Method!.IsSetUp = true;
        methods.Keep(setup.Method, setup.Customer, step);
        step.Tell("setup_intent.succeeded", setup.Write(), about: null);
    }

    private static void Fail(ApiSetupIntent setup, string code, string? declineCode, StripeStep step)
    {
        setup.LastError = $$"""
            {
              "code": "{{code}}",
              "decline_code": {{StripeBodies.Text(declineCode)}},
              "doc_url": "https://stripe.com/docs/error-codes/{{code.Replace('_', '-')}}",
              "message": "The payment method was refused.",
              "payment_method": {{setup.Method!.Write()}},
              "type": "card_error"
            }
            """;
        setup.Method.IsSpent |= setup.Method.Customer is null;
        (setup.Status, setup.Method, setup.NextAction) = ("requires_payment_method", null, null);
        step.Tell("setup_intent.setup_failed", setup.Write(), about: null);
    }

    private static void Require(ApiSetupIntent setup, string what)
    {
        if (setup.Status is "succeeded" or "canceled")
            throw StripeErrors.State(
                "setup_intent_unexpected_state", $"You cannot {what} this SetupIntent because it has a status of {setup.Status}.");
    }

    private ApiAnswer Done(ApiSetupIntent setup, ApiRequest request, string outcome, IReadOnlyList<string> expand)
    {
        books.Floor.Truth.Done(new Effect
        {
            Operation = request.Operation, Gateway = "stripe", Key = request.Key, Outcome = outcome, PartId = setup.Id, At = request.Now,
        }, setup.Method?.Truth);
        return books.Answer(setup.Write(), expand);
    }
}
