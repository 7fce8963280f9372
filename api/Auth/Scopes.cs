using System.Collections.Frozen;

namespace PaymentPipeline.Api.Auth;

/// <summary>What a token can allow.</summary>
internal static class Scopes
{
    public const string PaymentsRead = "payments:read";
    public const string PaymentsWrite = "payments:write";
    public const string RefundsWrite = "refunds:write";
    public const string MethodsWrite = "methods:write";
    public const string OpsRead = "ops:read";
    public const string OpsWrite = "ops:write";

    public static readonly FrozenSet<string> All =
        new[] { PaymentsRead, PaymentsWrite, RefundsWrite, MethodsWrite, OpsRead, OpsWrite }.ToFrozenSet(StringComparer.Ordinal);
}
