using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Payments;

/// <summary>A payment as the API shows it. Amounts are minor units of its currency.</summary>
internal sealed record PaymentResource
{
    public required string PaymentId { get; init; }

    /// <summary>REQUIRES_PAYMENT_METHOD … FAILED.</summary>
    public required string Status { get; init; }
    public required string Gateway { get; init; }

    /// <summary>Our name of the account at the gateway.</summary>
    public required string Account { get; init; }

    /// <summary>Absent while the gateway has not named it.</summary>
    public string? GatewayPaymentId { get; init; }

    /// <summary>api, or external for payments made at the gateway directly.</summary>
    public required string Origin { get; init; }
    public string? OrderId { get; init; }
    public string? UserId { get; init; }
    public string? PaymentMethodId { get; init; }

    /// <summary>automatic or manual; absent for payments made at the gateway directly.</summary>
    public string? CaptureMethod { get; init; }
    public required long Amount { get; init; }
    public string? Currency { get; init; }
    public required long AmountAuthorized { get; init; }
    public required long AmountCaptured { get; init; }
    public required long AmountRefunded { get; init; }
    public required long AmountRefundPending { get; init; }
    public required long AmountDisputed { get; init; }

    /// <summary>
    /// For the gateway's client-side library: a secret of this payment, only in the answer to the request that made it.
    /// </summary>
    public string? ClientSecret { get; init; }

    /// <summary>What the payer must do; absent for nothing.</summary>
    public NextActionResource? NextAction { get; init; }

    /// <summary>What issuer and gateway checked of the payer; absent where nobody told.</summary>
    public ChecksResource? Checks { get; init; }

    /// <summary>
    /// Why the newest attempt to pay failed: while the payment waits for another way to pay, or when it ended without one. Absent once
    /// money was held.
    /// </summary>
    public FailureResource? Failure { get; init; }
    public string? ReturnUrl { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public static PaymentResource Of(PaymentSnapshot snapshot) => Of(snapshot.Payment, snapshot.Details);

    public static PaymentResource Of(Payment payment, PaymentDetails details) => new()
    {
        PaymentId = GatewayCalling.PublicIdOf(payment.Id),
        Status = PaymentStatusNames.Of(payment.Status),
        Gateway = payment.Gateway,
        Account = payment.Account,
        GatewayPaymentId = GatewayCalling.GatewayIdOf(payment),
        Origin = payment.Origin == PaymentOrigin.Api ? "api" : "external",
        OrderId = payment.OrderId,
        UserId = payment.UserId,
        PaymentMethodId = details.PaymentMethodId is { } method
            ? Core.Identifiers.Format(Core.Identifiers.PaymentMethodPrefix, method)
            : null,
        CaptureMethod = details.CaptureMethod,
        Amount = payment.Amount,
        Currency = payment.Currency?.Code,
        AmountAuthorized = payment.AmountAuthorized,
        AmountCaptured = payment.AmountCaptured,
        AmountRefunded = payment.AmountRefunded,
        AmountRefundPending = payment.AmountRefundPending,
        AmountDisputed = payment.AmountDisputed,
        NextAction = NextActionResource.Read(details.NextAction),
        Checks = ChecksResource.Of(payment.Checks),
        Failure = FailureResource.Of(payment.Failure),
        ReturnUrl = details.ReturnUrl,
        Metadata = details.Metadata is { } metadata
            ? JsonSerializer.Deserialize(metadata, AnswerJson.Default.DictionaryStringString)
            : null,
        CreatedAt = Shown(details.CreatedAt),
        UpdatedAt = Shown(details.UpdatedAt),
    };

    /// <summary>
    /// Strong: changes with whatever the resource shows. The version counts the payment's events; what changes without an event
    /// (fees, the next action, the gateway's id) changes the time.
    /// </summary>
    public static string ETagOf(Payment payment, PaymentDetails details) =>
        $"\"{payment.Version}-{Shown(details.UpdatedAt).UtcTicks:x}\"";

    // The books keep microseconds: what was just made shows the same time as what is read.
    private static DateTimeOffset Shown(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}

/// <param name="Type">redirect, use_client_library, or the gateway's own word.</param>
/// <param name="Url">Where to send the payer.</param>
/// <param name="Data">For the gateway's client-side library, in its own form.</param>
internal sealed record NextActionResource(string Type, string? Url, JsonElement? Data)
{
    public static NextActionResource? Read(byte[]? stored) =>
        stored is null ? null : JsonSerializer.Deserialize(stored, AnswerJson.Default.NextActionResource);

    /// <summary>As it is stored and shown. What is no JSON is left out: the client-side library could not use it either.</summary>
    public static byte[]? Write(NextAction? action)
    {
        if (action is null) return null;
        return JsonSerializer.SerializeToUtf8Bytes(
            new NextActionResource(action.Type, action.Url, Parse(action.Data)), AnswerJson.Default.NextActionResource);
    }

    private static JsonElement? Parse(string? data)
    {
        if (data is null) return null;
        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Code">Of a closed set: see docs/errors.md.</param>
/// <param name="GatewayCode">The gateway's word.</param>
/// <param name="DeclineCode">The issuer's word.</param>
/// <param name="Message">The gateway's sentence for the merchant; not for the payer.</param>
/// <param name="NetworkCode">The card network's own code for the decline.</param>
/// <param name="AdviceCode">What the gateway or the network advises to do next.</param>
internal sealed record FailureResource(
    string Code, string? GatewayCode, string? DeclineCode, string? Message, string? NetworkCode, string? AdviceCode)
{
    public static FailureResource? Of(PaymentFailure? failure) => failure is null ? null : new(
        failure.Code, failure.GatewayCode, failure.DeclineCode, failure.Message, failure.NetworkCode, failure.AdviceCode);

    /// <summary>As the books keep it, so that what the request is answered and what is read later are the same.</summary>
    public static FailureResource? Of(GatewayFailure? failure) =>
        failure is null ? null : Of(PaymentFailure.Of(failure.In(FactDetails.None)));
}

/// <param name="Avs">Of the address, in the gateway's words.</param>
/// <param name="Cvv">Of the card's security code, in the gateway's words.</param>
/// <param name="RiskLevel">By the gateway's own risk engine.</param>
/// <param name="RiskScore">By the gateway's own risk engine; higher is riskier.</param>
internal sealed record ChecksResource(string? Avs, string? Cvv, string? RiskLevel, int? RiskScore)
{
    public static ChecksResource? Of(PaymentChecks? checks) =>
        checks is null ? null : new(checks.Avs, checks.Cvv, checks.RiskLevel, checks.RiskScore);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentResource))]
[JsonSerializable(typeof(PaymentPage))]
[JsonSerializable(typeof(TransactionList))]
[JsonSerializable(typeof(Timeline))]
[JsonSerializable(typeof(Refunds.RefundResource))]
[JsonSerializable(typeof(Refunds.RefundList))]
[JsonSerializable(typeof(Gateways.GatewayList))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class AnswerJson : JsonSerializerContext;
