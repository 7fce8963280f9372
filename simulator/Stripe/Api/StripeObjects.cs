using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>A way to pay: made from a test token, attached to a customer or used once.</summary>
internal sealed class ApiMethod
{
    public required MethodTruth Truth { get; init; }
    public required StripeTestCard Card { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string? Customer { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>();

    /// <summary>Used without a customer, or detached from one: not to be used again.</summary>
    public bool IsSpent { get; set; }

    /// <summary>The payer authenticated it for later payments.</summary>
    public bool IsSetUp { get; set; }

    public string Write() => StripeBodies.PaymentMethod(Truth, Customer, Created.ToUnixTimeSeconds(), ApiMetadata.Write(Metadata));
}

internal sealed class ApiRefund
{
    public required string Id { get; init; }
    public required ApiIntent Intent { get; init; }
    public required long Amount { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string Status { get; set; }
    public string? FailureReason { get; set; }
    public string? Reason { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public string Write() => StripeBodies.Refund(
        Intent, Id, Amount, Status, Created.ToUnixTimeSeconds(), FailureReason, ApiMetadata.Write(Metadata), Reason);
}

internal sealed class ApiDispute
{
    public required string Id { get; init; }
    public required ApiIntent Intent { get; init; }
    public required long Amount { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string Status { get; set; }

    /// <summary>False for an inquiry: no money moved.</summary>
    public required bool IsMoved { get; init; }
    public bool IsOpen => Status is "needs_response" or "under_review" or "warning_needs_response" or "warning_under_review";

    public string Write() => StripeDisputeBody.Of(
        Intent, Id, Amount, Status, StripeBodies.Unix(Created), IsMoved, reinstated: IsMoved && Status == "won");
}

internal sealed class ApiCustomer
{
    public required string Id { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string? Email { get; set; }
    public string? Name { get; set; }
    public string? Phone { get; set; }
    public string? Description { get; set; }
    public string? DefaultMethod { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>();
    public bool IsDeleted { get; set; }

    public string Write() => IsDeleted
        ? $$"""{ "id": "{{Id}}", "object": "customer", "deleted": true }"""
        : $$"""
        {
          "id": "{{Id}}",
          "object": "customer",
          "address": null,
          "balance": 0,
          "created": {{StripeBodies.Unix(Created)}},
          "currency": null,
          "default_source": null,
          "delinquent": false,
          "description": {{StripeBodies.Text(Description)}},
          "discount": null,
          "email": {{StripeBodies.Text(Email)}},
          "invoice_prefix": "{{Id[^8..].ToUpperInvariant()}}",
          "invoice_settings": {
            "custom_fields": null, "default_payment_method": {{StripeBodies.Text(DefaultMethod)}}, "footer": null, "rendering_options": null
          },
          "livemode": false,
          "metadata": {{ApiMetadata.Write(Metadata)}},
          "name": {{StripeBodies.Text(Name)}},
          "next_invoice_sequence": 1,
          "phone": {{StripeBodies.Text(Phone)}},
          "preferred_locales": [],
          "shipping": null,
          "tax_exempt": "none",
          "test_clock": null
        }
        """;
}

internal sealed class ApiSetupIntent
{
    public required string Id { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string Secret { get; init; }
    public string Status { get; set; } = "requires_payment_method";
    public string? Customer { get; init; }
    public ApiMethod? Method { get; set; }
    public string Usage { get; init; } = "off_session";
    public string? Description { get; init; }
    public string? ReturnUrl { get; set; }
    public string? NextAction { get; set; }
    public string? LastError { get; set; }
    public string? CancellationReason { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public string Write() => $$"""
        {
          "id": "{{Id}}",
          "object": "setup_intent",
          "application": null,
          "automatic_payment_methods": { "allow_redirects": "always", "enabled": true },
          "cancellation_reason": {{StripeBodies.Text(CancellationReason)}},
          "client_secret": "{{Id}}_secret_{{Secret}}",
          "created": {{StripeBodies.Unix(Created)}},
          "customer": {{StripeBodies.Text(Customer)}},
          "customer_account": null,
          "description": {{StripeBodies.Text(Description)}},
          "excluded_payment_method_types": null,
          "flow_directions": null,
          "last_setup_error": {{LastError ?? "null"}},
          "latest_attempt": null,
          "livemode": false,
          "mandate": null,
          "metadata": {{ApiMetadata.Write(Metadata)}},
          "next_action": {{NextAction ?? "null"}},
          "on_behalf_of": null,
          "payment_method": {{StripeBodies.Text(Status == "requires_payment_method" ? null : Method?.Truth.Token)}},
          "payment_method_configuration_details": null,
          "payment_method_options": { "card": { "mandate_options": null, "network": null, "request_three_d_secure": "automatic" } },
          "payment_method_types": [ "card" ],
          "single_use_mandate": null,
          "status": "{{Status}}",
          "usage": "{{Usage}}"
        }
        """;
}
