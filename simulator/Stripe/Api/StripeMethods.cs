using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/payment_methods</c>: a test token stands for a new method each time it is used, as at Stripe.</summary>
internal sealed class StripeMethods(StripeBooks books)
{
    public string Get(ApiRequest request)
    {
        StripeParams.Of(request).RefuseUnknown();
        return books.Methods.Get(request.Route("id")).Write();
    }

    public string List(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        return ListOf(p, p.Text("customer"), "/v1/payment_methods");
    }

    public string ListOf(StripeParams p, string? customer, string url)
    {
        p.Choice("type", "card");
        p.Choice("allow_redisplay", "always", "limited", "unspecified");
        return books.Methods.List(p, url, method => method.Customer is not null && method.Customer == customer, method => method.Write());
    }

    public string Attach(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var customer = p.Required("customer");
        p.RefuseUnknown();
        if (books.Customers.Find(customer) is not { IsDeleted: false }) throw StripeErrors.Missing("customer", customer, "customer");
        var method = Of(request.Route("id"));
        if (method.Customer is not null && method.Customer != customer)
            throw StripeErrors.State(null, "The payment method you provided has already been attached to a customer.", "payment_method");
        RequireUnspent(method);
        if (method.Card.ErrorCode is { } code && method.Card.Authentication == Authentication.None)
            return Refuse(request, code);

        Use(method);
        AttachTo(method, customer, books.StepOf(request));
        Enter(request, method);
        return method.Write();
    }

    public string Detach(ApiRequest request)
    {
        var method = books.Methods.Get(request.Route("id"));
        StripeParams.Of(request).RefuseUnknown();
        if (method.Customer is null)
            throw StripeErrors.State(null, "The payment method you provided is not attached to a customer so detachment is impossible.");
        DetachFrom(method, books.StepOf(request));
        Enter(request, method);
        return method.Write();
    }

    /// <summary>The method that a payment or a set-up of this customer may use.</summary>
    /// <exception cref="StripeRefusalException">None of that id, another's, or used up.</exception>
    public ApiMethod ToPayWith(string id, string? customer)
    {
        var method = Of(id);
        if (method.Customer is not null && method.Customer != customer)
            throw StripeErrors.State(
                null, $"The customer does not have a payment method with the ID {id}: it must be attached to the customer.",
                "payment_method");
        RequireUnspent(method);
        return method;
    }

    /// <summary>The method exists from now on.</summary>
    public ApiMethod Use(ApiMethod method)
    {
        if (books.Methods.Find(method.Truth.Token) is null) books.Methods.Add(method.Truth.Token, method);
        return method;
    }

    /// <summary>After an attempt: kept for the customer where one is given, else used up unless it was kept before.</summary>
    public void Keep(ApiMethod method, string? customer, StripeStep step)
    {
        if (method.Customer is not null) return;
        if (customer is not null) AttachTo(method, customer, step);
        else method.IsSpent = true;
    }

    public void AttachTo(ApiMethod method, string customer, StripeStep step)
    {
        if (method.Customer == customer) return;
        method.Customer = customer;
        method.Truth.UserId = books.Customers.Get(customer).Metadata.GetValueOrDefault("user_id") ?? customer;
        method.Truth.Attach(method.Truth.ExpiryYear ?? step.Now.Year + 4);
        step.Tell("payment_method.attached", method.Write(), method.Truth);
    }

    public static void DetachFrom(ApiMethod method, StripeStep step)
    {
        var customer = method.Customer;
        (method.Customer, method.IsSpent) = (null, true);
        method.Truth.Detach();
        step.Tell("payment_method.detached", method.Write(), method.Truth, $"{{ \"customer\": \"{customer}\" }}");
    }

    private ApiMethod Of(string id)
    {
        if (StripeTestCard.Find(id) is not { } card)
            return books.Methods.Find(id) ?? throw StripeErrors.Missing("PaymentMethod", id, "payment_method");
        var truth = new MethodTruth
        {
            Gateway = "stripe", Account = "default", Token = books.NewId("pm_"), Brand = card.Brand, Last4 = card.Last4, ExpiryMonth = 8,
        };
        truth.ExpiresIn(books.Floor.Time.GetUtcNow().Year + 4);
        return new ApiMethod { Truth = truth, Card = card, Created = books.Floor.Time.GetUtcNow() };
    }

    private static void RequireUnspent(ApiMethod method)
    {
        if (method.IsSpent)
            throw StripeErrors.State(null,
                "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
                + "and may not be used again.", "payment_method");
    }

    private static string Refuse(ApiRequest request, string code) =>
        throw new StripeRefusalException(402, "card_error", code, $"Your card was declined: {request.Operation}.");

    private void Enter(ApiRequest request, ApiMethod method) => books.Floor.Truth.Done(new Effect
    {
        Operation = request.Operation, Gateway = "stripe", Key = request.Key, PartId = method.Truth.Token, At = request.Now,
    }, method.Truth);
}
