using System.Diagnostics;
using PaymentPipeline.Gateways;
using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.Errors;

/// <summary>
/// Every problem that the API can answer with: the one table from results to statuses. Codes are part of the API and are
/// listed in <c>docs/errors.md</c>.
/// </summary>
internal static class Problems
{
    // The request cannot be read.
    public static readonly Problem BadRequest = new(400, "bad_request", "The request is malformed");
    public static readonly Problem InvalidJson = new(400, "invalid_json", "The body is not one well-formed JSON document");
    public static readonly Problem InvalidMember = new(400, "invalid_member", "A member of the body is missing, unknown or wrong");
    public static readonly Problem InvalidParameter = new(400, "invalid_parameter", "A parameter of the query or path is wrong");
    public static readonly Problem CursorInvalid = new(400, "cursor_invalid", "The cursor is not one of this API");
    public static readonly Problem CursorExpired = new(400, "cursor_expired", "What came after the cursor is not kept any more");
    public static readonly Problem PanNotAllowed = new(400, "pan_not_allowed", "Card data is not accepted here");
    public static readonly Problem IdempotencyKeyMissing = new(400, "idempotency_key_missing", "The header Idempotency-Key is required");
    public static readonly Problem IdempotencyKeyInvalid = new(400, "idempotency_key_invalid", "The header Idempotency-Key is wrong");
    public static readonly Problem RequestTimeout = new(408, "request_timeout", "The request did not arrive in time");
    public static readonly Problem PayloadTooLarge = new(413, "payload_too_large", "The body is larger than 256 KB");
    public static readonly Problem UnsupportedMediaType =
        new(415, "unsupported_media_type", "The body must be application/json in UTF-8, not encoded");

    // The caller.
    public static readonly Problem Unauthenticated = new(401, "unauthenticated", "A valid bearer token is required");
    public static readonly Problem InsufficientScope = new(403, "insufficient_scope", "The token does not have the scope for this");
    public static readonly Problem RateLimited = new(429, "rate_limited", "Too many requests");

    // The thing asked for.
    public static readonly Problem NotFound = new(404, "not_found", "There is nothing here");
    public static readonly Problem MethodNotAllowed = new(405, "method_not_allowed", "The method is not allowed here");

    // The operation.
    public static readonly Problem RequestInProgress =
        new(409, "request_in_progress", "A request with this idempotency key is still in progress");
    public static readonly Problem IdempotencyKeyReused =
        new(422, "idempotency_key_reused", "This idempotency key was used for another request");
    public static readonly Problem AmountOutOfRange = new(422, "amount_out_of_range", "The amount is not within what is allowed");

    public static readonly Problem NoRoute = new(422, "no_route", "No gateway takes this payment");
    public static readonly Problem PaymentMethodRemoved = new(409, "payment_method_removed", "The payment method was removed");
    public static readonly Problem PaymentState = new(409, "payment_state", "The payment's status does not allow this");
    public static readonly Problem AlreadyCanceled = new(409, "already_canceled", "The payment is canceled already");
    public static readonly Problem OperationInProgress =
        new(409, "operation_in_progress", "Another operation on the payment is in progress");
    public static readonly Problem OperationUnresolved =
        new(409, "operation_unresolved", "An operation on the payment has an unknown outcome");
    public static readonly Problem AmountTooLarge = new(422, "amount_too_large", "More was asked for than is left");
    public static readonly Problem NothingLeft = new(422, "nothing_left", "Nothing is left of the payment for this");

    // The gateway.
    public static readonly Problem PaymentDeclined = new(402, "payment_declined", "The payment was declined");
    public static readonly Problem GatewayConflict = new(409, "gateway_conflict", "The payment's state at the gateway does not allow this");
    public static readonly Problem GatewayRefused = new(422, "gateway_refused", "The gateway refused the request");
    public static readonly Problem GatewayMisconfigured = new(502, "gateway_misconfigured", "The gateway does not accept our credentials");
    public static readonly Problem GatewayUnavailable = new(503, "gateway_unavailable", "The gateway was not reached; nothing happened");

    // Ours.
    public static readonly Problem InternalError = new(500, "internal_error", "Something failed on our side");
    public static readonly Problem Unavailable = new(503, "unavailable", "The service cannot do this just now");

    public static readonly Problem DeadlineExceeded = new(504, "deadline_exceeded", "It took longer than the request may take");

    /// <summary>For a refusal of the books' rules.</summary>
    public static Problem OfRefusal(string code) => code switch
    {
        "payment_state" => PaymentState,
        "already_canceled" => AlreadyCanceled,
        "operation_in_progress" => OperationInProgress,
        "amount_too_large" => AmountTooLarge,
        "nothing_left" => NothingLeft,
        _ => throw new UnreachableException($"The rules refuse with {code}, which has no problem."),
    };

    /// <summary>For a gateway's definite no. Whatever else it was, the operation failed.</summary>
    public static Problem OfReply(GatewayReply reply) => reply.Outcome switch
    {
        GatewayOutcome.Declined => PaymentDeclined,
        GatewayOutcome.NotDone => GatewayUnavailable,
        _ => reply.Failure?.Code switch
        {
            "unauthorized" => GatewayMisconfigured,
            "invalid_state" or "already_done" => GatewayConflict,
            "amount_too_large" => AmountTooLarge,
            _ => GatewayRefused,
        },
    };

    /// <summary>For a status that the framework set without a body.</summary>
    public static Problem? OfStatus(int status) => status switch
    {
        400 => BadRequest,
        401 => Unauthenticated,
        403 => InsufficientScope,
        404 => NotFound,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        _ => null,
    };
}
