using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>The calls about customers and their stored ways to pay, and reading a dispute.</summary>
internal static class StripeMethodCalls
{
    /// <summary>
    /// The user as Stripe's customer. A call that needs one makes it under a key of its own, which follows from the call's: tried again, it
    /// finds the same customer.
    /// </summary>
    public static async Task<GatewayReply> CustomerAsync(
        StripeApi api, string userId, PayerDetails? payer, string key, CancellationToken cancellationToken)
    {
        var form = StripeRequests.Customer(userId, payer);
        var answer = await api.PostAsync("customer", ["customers"], form, key + "-customer", cancellationToken);
        if (!answer.IsSuccess)
        {
            var reply = StripeErrors.Read(answer);
            // Perhaps there is a customer now; of what was asked for, certainly nothing was done.
            return reply.Outcome == GatewayOutcome.Unknown ? reply with { Outcome = GatewayOutcome.NotDone } : reply;
        }

        if (answer.Body.Text("object") != "customer")
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is not a customer.");
        return new GatewayReply { Outcome = GatewayOutcome.Accepted, GatewayCustomerId = answer.Body.RequiredText("id") };
    }

    /// <summary>
    /// The user as Stripe's customer under a key that is the user's own: so the body has nothing that could differ from call to call, and
    /// what is known of the payer follows. The first that is told stands; the customer is one without it, too.
    /// </summary>
    public static async Task<GatewayReply> EnsureCustomerAsync(StripeApi api, EnsureCustomerCall call, CancellationToken cancellationToken)
    {
        var made = await CustomerAsync(api, call.UserId, payer: null, call.Key, cancellationToken);
        if (made.GatewayCustomerId is not { } customer || call.Payer is not { } payer) return made;
        var details = StripeRequests.Payer(payer);
        if (details.IsEmpty) return made;
        try
        {
            await api.PostAsync("customer", ["customers", customer], details, call.Key + "-details", cancellationToken);
        }
        catch (UnreadableWebhookException)
        {
            // Whatever Stripe made of it, the customer is there.
        }
        return made;
    }

    public static async Task<GatewayReply> SaveAsync(StripeApi api, SaveMethodCall call, CancellationToken cancellationToken)
    {
        var customer = call.GatewayCustomerId;
        if (customer is null)
        {
            var made = await CustomerAsync(api, call.UserId, call.Payer, call.Key, cancellationToken);
            if (made.Outcome != GatewayOutcome.Accepted) return made;
            customer = made.GatewayCustomerId!;
        }

        var reply = call.Token is { } token
            ? await AttachAsync(api, call, token, customer, cancellationToken)
            : await SetUpAsync(api, call, customer, cancellationToken);
        return reply with { GatewayCustomerId = customer };
    }

    public static async Task<GatewayReply> DetachAsync(StripeApi api, DetachMethodCall call, CancellationToken cancellationToken)
    {
        var answer = await api.PostAsync(
            "detach_method", ["payment_methods", call.Token, "detach"], new StripeForm(), call.Key, cancellationToken);
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        return IsMethod(answer, call.Token)
            ? OfMethods([FactOf(answer, "payment_method.detached", answer.Body, call.UserId)], call.Token)
            : StripeErrors.Unknown("mismatched_reply", "Stripe's answer is about another method.");
    }

    public static async Task<GatewayReply> ListAsync(StripeApi api, ListMethodsCall call, CancellationToken cancellationToken)
    {
        // Who is no customer has stored nothing.
        if (call.GatewayCustomerId is not { } customer) return OfMethods([], null);
        var list = await api.ListAsync(
            "list_methods", ["customers", customer, "payment_methods"], () => new StripeForm(), cancellationToken);
        if (!list.Last.IsSuccess) return StripeErrors.Read(list.Last);
        if (!list.IsWhole) return StripeErrors.Unknown("gateway_error", "The user has more stored methods than are looked through.");
        var facts = list.Items.Select(method => FactOf(list.Last, "payment_method.attached", method, call.UserId)).ToList();
        return OfMethods(facts, null) with { GatewayCustomerId = customer };
    }

    public static async Task<GatewayReply> ReadDisputeAsync(StripeApi api, ReadDisputeCall call, CancellationToken cancellationToken)
    {
        var answer = await api.GetAsync("read_dispute", ["disputes", call.GatewayDisputeId], new StripeForm(), cancellationToken);
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        var facts = StripeDisputes.Read(OfReply(answer.Account, "charge.dispute.updated", answer.Body, answer.AnsweredAt));
        return answer.Body.RequiredText("id") == call.GatewayDisputeId
            ? new GatewayReply { Outcome = GatewayOutcome.Accepted, Facts = facts, GatewayReference = call.GatewayDisputeId }
            : StripeErrors.Unknown("mismatched_reply", "Stripe's answer is about another dispute.");
    }

    private static async Task<GatewayReply> AttachAsync(
        StripeApi api, SaveMethodCall call, string token, string customer, CancellationToken cancellationToken)
    {
        var form = new StripeForm().Add("customer", customer);
        var answer = await api.PostAsync("save_method", ["payment_methods", token, "attach"], form, call.Key, cancellationToken);
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        // A token that stands for a test card becomes a method with an id of its own.
        return answer.Body.Text("object") == "payment_method" && IdOf(answer.Body, "customer") == customer
            ? OfMethods([FactOf(answer, "payment_method.attached", answer.Body, call.UserId)], answer.Body.RequiredText("id"))
            : StripeErrors.Unknown("mismatched_reply", "Stripe's answer is about another customer's method.");
    }

    /// <summary>The payer enters the method with Stripe's client-side library; that it is stored comes by webhook.</summary>
    private static async Task<GatewayReply> SetUpAsync(
        StripeApi api, SaveMethodCall call, string customer, CancellationToken cancellationToken)
    {
        var answer = await api.PostAsync(
            "save_method", ["setup_intents"], StripeRequests.SetUp(customer, call.UserId), call.Key, cancellationToken);
        if (!answer.IsSuccess) return StripeErrors.Read(answer);
        if (answer.Body.Text("object") != "setup_intent" || IdOf(answer.Body, "customer") != customer)
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is not the set-up that was asked for.");
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            GatewayReference = answer.Body.RequiredText("id"),
            ClientSecret = answer.Body.Text("client_secret"),
            NextAction = new NextAction("use_client_library", null),
        };
    }

    private static bool IsMethod(StripeAnswer answer, string id) =>
        answer.Body.Text("object") == "payment_method" && answer.Body.Text("id") == id;

    private static Fact FactOf(StripeAnswer answer, string type, System.Text.Json.JsonElement method, string userId) =>
        StripePaymentMethods.Read(OfReply(answer.Account, type, method, answer.AnsweredAt))[0] with { UserId = userId };

    private static GatewayReply OfMethods(IReadOnlyList<Fact> facts, string? reference) =>
        new() { Outcome = GatewayOutcome.Accepted, Facts = facts, GatewayReference = reference };
}
