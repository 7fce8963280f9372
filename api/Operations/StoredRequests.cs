using System.Text.Json.Serialization;
using PaymentPipeline.Api.Payments;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// What is kept of a request while its outcome is open (<see cref="Storage.Operations.ApiOperation.Request"/>): all that the gateway
/// call is made from, so that the same call can be made again, word for word, by another process after a crash. Members may be added,
/// never renamed: an older process's operations are finished by a newer one.
/// </summary>
/// <param name="CustomerId">The user as the first candidate's customer, where the way to pay is to be kept.</param>
internal sealed record StoredCreate(
    CreatePaymentRequest Request, BoundMethod? Method, IReadOnlyList<Candidate> Candidates, string? CustomerId = null);

/// <summary>The way to pay, resolved before the operation began.</summary>
/// <param name="IsStored">A stored method of the user's, not what the client-side library made.</param>
internal sealed record BoundMethod(string Token, bool IsStored, string? GatewayCustomerId);

/// <summary>A gateway account that may take the payment, in the order in which they are tried.</summary>
internal sealed record Candidate(string Gateway, string Account);

internal sealed record StoredConfirm(ConfirmPaymentRequest Request, BoundMethod? Method, string CaptureMethod);

internal sealed record StoredCapture(bool IsFinal);

internal sealed record StoredCancel(string? Reason);

internal sealed record StoredRefund(string? Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredCreate))]
[JsonSerializable(typeof(StoredConfirm))]
[JsonSerializable(typeof(StoredCapture))]
[JsonSerializable(typeof(StoredCancel))]
[JsonSerializable(typeof(StoredRefund))]
internal sealed partial class StoredJson : JsonSerializerContext;
