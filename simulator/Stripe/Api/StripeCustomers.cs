using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/customers</c>, and the methods that they keep.</summary>
internal sealed class StripeCustomers(StripeBooks books, StripeMethods methods)
{
    public string Create(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var customer = new ApiCustomer { Id = books.NewId("cus_"), Created = request.Now };
        var method = p.Text("payment_method") is { } token ? methods.ToPayWith(token, customer: null) : null;
        Read(p, customer);
        books.Customers.Add(customer.Id, customer);
        var step = books.StepOf(request);
        step.Tell("customer.created", customer.Write(), about: null);
        if (method is not null) methods.AttachTo(methods.Use(method), customer.Id, step);
        Enter(request, customer);
        return customer.Write();
    }

    public string Update(ApiRequest request)
    {
        var customer = Find(request);
        Read(StripeParams.Of(request), customer);
        books.StepOf(request).Tell("customer.updated", customer.Write(), about: null);
        Enter(request, customer);
        return customer.Write();
    }

    public string Get(ApiRequest request)
    {
        StripeParams.Of(request).RefuseUnknown();
        return books.Customers.Get(request.Route("id")).Write();
    }

    public string List(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (email, created) = (p.Text("email"), StripeTimes.Of(p.Nested("created")));
        return books.Customers.List(p, "/v1/customers",
            customer => !customer.IsDeleted && created(customer.Created) && (email is null || customer.Email == email),
            customer => customer.Write());
    }

    public string Delete(ApiRequest request)
    {
        var customer = Find(request);
        var step = books.StepOf(request);
        var kept = books.Methods.NewestFirst().Where(method => method.Customer == customer.Id).ToArray();
        step.Tell("customer.deleted", customer.Write(), about: null);
        foreach (var method in kept) StripeMethods.DetachFrom(method, step);
        customer.IsDeleted = true;
        Enter(request, customer);
        return customer.Write();
    }

    public string ListMethods(ApiRequest request) =>
        methods.ListOf(StripeParams.Of(request), Find(request).Id, $"/v1/customers/{request.Route("id")}/payment_methods");

    public string GetMethod(ApiRequest request)
    {
        var (customer, id) = (Find(request), request.Route("method"));
        return books.Methods.Find(id) is { } method && method.Customer == customer.Id
            ? method.Write()
            : throw StripeErrors.Missing("PaymentMethod", id, "payment_method");
    }

    private ApiCustomer Find(ApiRequest request) => books.Customers.Find(request.Route("id")) is { IsDeleted: false } customer
        ? customer
        : throw StripeErrors.Missing("customer", request.Route("id"));

    private static void Read(StripeParams p, ApiCustomer customer)
    {
        var (email, name, phone) = (p.Text("email", 512), p.Text("name", 256), p.Text("phone", 20));
        var (description, metadata) = (p.Text("description"), p.Map("metadata"));
        var standard = p.Nested("invoice_settings")?.Text("default_payment_method");
        p.Ignore("address", "shipping", "preferred_locales", "invoice_settings");
        p.RefuseUnknown();
        customer.Email = email ?? customer.Email;
        customer.Name = name ?? customer.Name;
        customer.Phone = phone ?? customer.Phone;
        customer.Description = description ?? customer.Description;
        customer.DefaultMethod = standard ?? customer.DefaultMethod;
        customer.Metadata = ApiMetadata.Merge(customer.Metadata, metadata);
    }

    private void Enter(ApiRequest request, ApiCustomer customer) => books.Floor.Truth.Done(new Effect
    {
        Operation = request.Operation, Gateway = "stripe", Key = request.Key, PartId = customer.Id, At = request.Now,
    }, about: null);
}
