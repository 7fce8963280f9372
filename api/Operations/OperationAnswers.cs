using System.Diagnostics;
using System.Text.Json;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Refunds;
using PaymentPipeline.Gateways;
using PaymentPipeline.Hosting.Problems;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>What the caller of an operation is told: the one table from outcomes to answers. Kept with the key and replayed.</summary>
internal static class OperationAnswers
{
    private const string Json = "application/json";

    /// <summary>
    /// As the operation stands after the settlement: a webhook may have told its outcome before the reply came. Null while nobody
    /// knows the outcome: the key stays in flight.
    /// </summary>
    public static StoredResponse? Definite(GatewayTurn turn, PaymentSnapshot snapshot, ApiOperation operation) => operation.State switch
    {
        ApiOperationState.Succeeded => Done(turn.Reply, snapshot, operation, operation.Kind is ApiOperationKind.Create ? 201 : 200),
        ApiOperationState.Accepted => Done(turn.Reply, snapshot, operation, 202),
        ApiOperationState.Failed => Failed(turn, snapshot, operation),
        ApiOperationState.Unknown or ApiOperationState.Open => null,
        _ => throw new UnreachableException($"{operation.State} is no state of an operation."),
    };

    /// <summary>Nobody knows yet: 202 with the payment as it stands. The key stays in flight until somebody does.</summary>
    public static StoredResponse Pending(PaymentSnapshot snapshot, ApiOperation operation) =>
        Done(new GatewayReply { Outcome = GatewayOutcome.Unknown }, snapshot, operation, 202);

    /// <summary>The rules' refusal, before any gateway was asked.</summary>
    public static StoredResponse Refused(OperationRefusal refusal)
    {
        var problem = Problems.OfRefusal(refusal.Code);
        return new StoredResponse(problem.Status, Problem.MediaType, problem.Render(refusal.Detail, null));
    }

    public static string LocationOf(ApiOperation operation) => operation.Kind == ApiOperationKind.Refund
        ? $"{ApiRoutes.Prefix}/refunds/{RefundResource.IdOf(operation)}"
        : $"{ApiRoutes.Prefix}/payments/{GatewayCalling.PublicIdOf(operation.PaymentId)}";

    private static StoredResponse Done(GatewayReply reply, PaymentSnapshot snapshot, ApiOperation operation, int status)
    {
        var location = status == 200 ? null : LocationOf(operation);
        if (operation.Kind == ApiOperationKind.Refund)
        {
            var refund = RefundResource.Of(operation);
            var body = JsonSerializer.SerializeToUtf8Bytes(refund, AnswerJson.Default.RefundResource);
            return new StoredResponse(status == 200 ? 201 : status, Json, body, LocationOf(operation));
        }
        var payment = PaymentResource.Of(snapshot) with { ClientSecret = reply.ClientSecret };
        return new StoredResponse(
            status, Json, JsonSerializer.SerializeToUtf8Bytes(payment, AnswerJson.Default.PaymentResource), location,
            PaymentResource.ETagOf(snapshot.Payment, snapshot.Details));
    }

    private static StoredResponse Failed(GatewayTurn turn, PaymentSnapshot snapshot, ApiOperation operation)
    {
        var problem = turn.NeverHappened ? Problems.GatewayUnavailable : Problems.OfReply(turn.Reply);
        var payment = PaymentResource.Of(snapshot) with
        {
            ClientSecret = operation.Kind == ApiOperationKind.Create ? turn.Reply.ClientSecret : null,
        };
        return new StoredResponse(
            problem.Status, Problem.MediaType, Render(problem, FailureResource.Of(turn.Reply.Failure), payment), LocationOf(operation));
    }

    /// <summary>A problem that shows what failed and the payment as it stands after it.</summary>
    private static byte[] Render(Problem problem, FailureResource? failure, PaymentResource payment)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", problem.Title);
            json.WriteNumber("status", problem.Status);
            json.WriteString("code", problem.Code);
            if (failure?.Message is { } message) json.WriteString("detail", message);
            if (failure is not null)
            {
                json.WritePropertyName("failure");
                JsonSerializer.Serialize(json, failure, AnswerJson.Default.FailureResource);
            }
            json.WritePropertyName("payment");
            JsonSerializer.Serialize(json, payment, AnswerJson.Default.PaymentResource);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
