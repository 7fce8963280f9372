using System.Diagnostics;
using System.Text.Json;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// Makes an operation's gateway call from what is stored of it. A function of the operation and of what never changes about its
/// payment, so that every try, in whatever process, is the same call under the same key.
/// </summary>
internal static class GatewayCalling
{
    /// <summary>Asks the gateway to do it.</summary>
    /// <param name="aliases">Every id by which the gateway ever named the payment.</param>
    /// <param name="customer">Of <see cref="CustomerFor"/>; null where none is needed.</param>
    public static Task<GatewayReply> SendAsync(
        IPaymentGateway gateway, ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases,
        string? customer, CancellationToken cancellationToken) =>
        operation.Kind switch
        {
            ApiOperationKind.Create => gateway.CreateAsync(Create(operation, customer), cancellationToken),
            ApiOperationKind.Confirm => gateway.ConfirmAsync(Confirm(operation, snapshot), cancellationToken),
            ApiOperationKind.Capture => gateway.CaptureAsync(Capture(operation, snapshot, aliases), cancellationToken),
            ApiOperationKind.Cancel => gateway.CancelAsync(Cancel(operation, snapshot, aliases), cancellationToken),
            ApiOperationKind.Refund => gateway.RefundAsync(Refund(operation, snapshot, aliases), cancellationToken),
            _ => throw new UnreachableException($"{operation.Kind} is no operation."),
        };

    /// <summary>
    /// Who has to be a customer first: a payment that stores its method for a user who was none when it began. Null where nobody has to.
    /// </summary>
    public static (string UserId, PayerDetails? Payer)? CustomerFor(ApiOperation operation, Payment payment)
    {
        // A guest is nobody's customer: the request need not be read for that.
        if (operation.Kind != ApiOperationKind.Create || payment.UserId is null) return null;
        var create = Create(operation, customer: null);
        return create is { SaveMethod: true, UserId: { } user, GatewayCustomerId: null } ? (user, create.Payer) : null;
    }

    /// <summary>Reads back, without effect, what became of it.</summary>
    public static Task<GatewayReply> LookUpAsync(
        IPaymentGateway gateway, ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases,
        CancellationToken cancellationToken) =>
        gateway.LookUpAsync(
            new LookUpCall
            {
                Account = operation.Account,
                Key = operation.GatewayKey,
                PaymentId = PublicIdOf(operation.PaymentId),
                GatewayPaymentId = GatewayIdOf(snapshot.Payment),
                Kind = TryAgain.CallKindOf(operation.Kind),
                OperationId = IsPart(operation.Kind) ? operation.GatewayKey : null,
                Amount = operation.Amount,
                SentAt = operation.StartedAt,
                CaptureMethod = CaptureMethodOf(snapshot.Details.CaptureMethod),
                Aliases = aliases,
            }, cancellationToken);

    /// <summary>The gateway's id of the payment; null while only we have named it.</summary>
    public static string? GatewayIdOf(Payment payment) =>
        payment.GatewayPaymentId == PublicIdOf(payment.Id) ? null : payment.GatewayPaymentId;

    public static string PublicIdOf(Guid paymentId) => Identifiers.Format(Identifiers.PaymentPrefix, paymentId);

    private static CreatePaymentCall Create(ApiOperation operation, string? customer)
    {
        var stored = Read(operation, StoredJson.Default.StoredCreate);
        var request = stored.Request;
        return new CreatePaymentCall
        {
            Account = operation.Account,
            Key = operation.GatewayKey,
            PaymentId = PublicIdOf(operation.PaymentId),
            Amount = operation.Amount,
            CaptureMethod = CaptureMethodOf(request.CaptureMethod),
            OrderId = request.OrderId,
            UserId = request.UserId,
            GatewayCustomerId = stored.Method?.GatewayCustomerId ?? CustomerAt(stored, operation) ?? customer,
            Token = stored.Method?.Token,
            TokenIsStored = stored.Method?.IsStored ?? false,
            PayerIsPresent = request.PayerIsPresent ?? true,
            Confirm = request.Confirm ?? stored.Method is not null,
            SaveMethod = request.SaveMethod ?? false,
            ReturnUrl = request.ReturnUrl,
            Payer = Payer(request.Customer),
            Billing = Address(request.Billing),
            Shipping = Address(request.Shipping),
            LineItems = [.. (request.LineItems ?? []).Select(Item)],
            TaxAmount = request.TaxAmount,
            Metadata = request.Metadata ?? new Dictionary<string, string>(),
        };
    }

    /// <summary>A customer is one of the gateway account that made it: another one, after a failover, does not know it.</summary>
    private static string? CustomerAt(StoredCreate stored, ApiOperation operation) =>
        stored.Candidates[0] == new Candidate(operation.Gateway, operation.Account) ? stored.CustomerId : null;

    private static ConfirmPaymentCall Confirm(ApiOperation operation, PaymentSnapshot snapshot)
    {
        var stored = Read(operation, StoredJson.Default.StoredConfirm);
        return new ConfirmPaymentCall
        {
            Account = operation.Account,
            Key = operation.GatewayKey,
            PaymentId = PublicIdOf(operation.PaymentId),
            GatewayPaymentId = GatewayIdOf(snapshot.Payment),
            Amount = operation.Amount,
            CaptureMethod = CaptureMethodOf(stored.CaptureMethod),
            Token = stored.Method?.Token,
            TokenIsStored = stored.Method?.IsStored ?? false,
            GatewayCustomerId = stored.Method?.GatewayCustomerId,
            UserId = snapshot.Payment.UserId,
            ReturnUrl = stored.Request.ReturnUrl ?? snapshot.Details.ReturnUrl,
            ActionResult = stored.Request.ActionResult ?? new Dictionary<string, string>(),
        };
    }

    private static CapturePaymentCall Capture(ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases)
    {
        var stored = Read(operation, StoredJson.Default.StoredCapture);
        return new CapturePaymentCall
        {
            Account = operation.Account,
            Key = operation.GatewayKey,
            PaymentId = PublicIdOf(operation.PaymentId),
            GatewayPaymentId = GatewayIdOf(snapshot.Payment),
            OperationId = operation.GatewayKey,
            Amount = operation.Amount,
            IsFinal = stored.IsFinal,
            IsWhole = operation.Amount.AmountMinor == snapshot.Payment.AmountAuthorized,
            Aliases = aliases,
        };
    }

    private static CancelPaymentCall Cancel(ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases)
    {
        var stored = Read(operation, StoredJson.Default.StoredCancel);
        return new CancelPaymentCall
        {
            Account = operation.Account,
            Key = operation.GatewayKey,
            PaymentId = PublicIdOf(operation.PaymentId),
            GatewayPaymentId = GatewayIdOf(snapshot.Payment),
            Reason = stored.Reason,
            Aliases = aliases,
        };
    }

    private static RefundPaymentCall Refund(ApiOperation operation, PaymentSnapshot snapshot, IReadOnlyList<string> aliases)
    {
        var stored = Read(operation, StoredJson.Default.StoredRefund);
        return new RefundPaymentCall
        {
            Account = operation.Account,
            Key = operation.GatewayKey,
            PaymentId = PublicIdOf(operation.PaymentId),
            GatewayPaymentId = GatewayIdOf(snapshot.Payment),
            OperationId = operation.GatewayKey,
            Amount = operation.Amount,
            Reason = stored.Reason,
            Aliases = aliases,
            GatewayCaptureId = snapshot.Payment.OnlyCaptureId,
        };
    }

    private static bool IsPart(ApiOperationKind kind) =>
        kind is ApiOperationKind.Capture or ApiOperationKind.Refund or ApiOperationKind.Cancel;

    private static T Read<T>(ApiOperation operation, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(operation.Request, type)
            ?? throw new InvalidOperationException($"Operation {operation.Id} has lost its request.");

    private static CaptureMethod CaptureMethodOf(string? word) =>
        word == CaptureMethods.Manual ? CaptureMethod.Manual : CaptureMethod.Automatic;

    private static PayerDetails? Payer(CustomerRequest? customer) => customer is null
        ? null
        : new PayerDetails(customer.Email, customer.Name, customer.Phone, customer.IpAddress, customer.UserAgent);

    private static PostalAddress? Address(AddressRequest? address) => address is null
        ? null
        : new PostalAddress(
            address.Name, address.Line1, address.Line2, address.City, address.Region, address.PostalCode, address.Country);

    private static LineItem Item(LineItemRequest item) =>
        new(item.Name, item.Sku, item.Quantity, item.UnitAmount, item.TaxAmount);
}
