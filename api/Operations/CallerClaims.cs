using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>What a caller's token and headers mean to the books.</summary>
internal static class CallerClaims
{
    /// <summary>A key is its caller's own, within the caller's tenant.</summary>
    public static IdempotencyClaim Claim(this Caller caller, IdempotencyKey key, byte[] fingerprint) =>
        new($"{caller.Tenant}|{caller.Principal}", key.Value, fingerprint);

    public static Visibility VisibilityOf(this TenantAccounts accounts, Caller caller) =>
        new([.. accounts.Of(caller.Tenant).Select(account => (account.Gateway, account.Account))]);
}
