using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api;

/// <summary>Ids 5000 to 5099: the front (callers, requests). 5100 to 5199: operations.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Warning, "The issuer's keys could not be fetched; those known before stay good")]
    public static partial void KeysNotFetched(ILogger logger, Exception exception);

    [LoggerMessage(5010, LogLevel.Warning, "The books are out of reach ({Error}); the request is answered 503")]
    public static partial void BooksUnavailable(ILogger logger, string error);

    [LoggerMessage(5100, LogLevel.Error, "A client of {Gateway} threw at a {Kind}; its outcome is unknown")]
    public static partial void GatewayCallFailed(ILogger logger, Exception exception, string gateway, ApiOperationKind kind);

    [LoggerMessage(5101, LogLevel.Error, "{Gateway} does not accept the credentials of the account {Account}")]
    public static partial void CredentialsRefused(ILogger logger, string gateway, string account);

    [LoggerMessage(5102, LogLevel.Warning, "The settlement of operation {OperationId} waits for the database ({Error}), try {Tries}")]
    public static partial void SettlementDelayed(ILogger logger, Guid operationId, string error, int tries);

    [LoggerMessage(5103, LogLevel.Warning, "Operation {OperationId} was taken over by another worker; what this one learned is dropped")]
    public static partial void LeaseLost(ILogger logger, Guid operationId);

    [LoggerMessage(5104, LogLevel.Error, "An operation ended with an exception after its caller had left")]
    public static partial void OperationFailed(ILogger logger, Exception exception);

    [LoggerMessage(5105, LogLevel.Warning, "The stop cut {Count} operations off; they are taken over")]
    public static partial void WorkCutOff(ILogger logger, int count);

    [LoggerMessage(5110, LogLevel.Information, "{Kind} {OperationId} at {Gateway} was taken over and is {State} after {Tries} tries")]
    public static partial void TakenOver(
        ILogger logger, Guid operationId, ApiOperationKind kind, string gateway, ApiOperationState state, int tries);

    [LoggerMessage(5111, LogLevel.Error, "{Kind} {OperationId} at {Gateway} has had no known outcome for {Minutes} minutes, {Tries} tries")]
    public static partial void StillUnknown(
        ILogger logger, Guid operationId, ApiOperationKind kind, string gateway, double minutes, int tries);

    [LoggerMessage(5112, LogLevel.Warning, "Taking operations over failed ({Error}) and is tried again")]
    public static partial void TakeOverFailed(ILogger logger, string error);

    [LoggerMessage(5113, LogLevel.Error, "Completing operation {OperationId} failed; it is taken over again")]
    public static partial void CompletionFailed(ILogger logger, Exception exception, Guid operationId);
}
