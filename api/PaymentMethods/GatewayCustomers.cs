using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>
/// A user is one customer of a gateway account, whatever asks first and however much at once: the call's key follows from the user, so
/// that the gateway makes one; what is written down first counts; and within a process those that come later wait for the first.
/// </summary>
internal sealed class GatewayCustomers(MethodStore methods)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<GatewayReply>>> _underWay = new(StringComparer.Ordinal);

    /// <summary>
    /// Accepted with the customer, which is written down by then: a webhook that overtakes the next answer names a method's owner by it
    /// only. Accepted without one where the gateway takes our own name of the user.
    /// </summary>
    public async Task<GatewayReply> EnsureAsync(
        IPaymentGateway gateway, string account, string userId, PayerDetails? payer, CancellationToken cancellationToken)
    {
        if (await methods.CustomerAsync(userId, gateway.Name, account, cancellationToken) is { } known) return Is(known);
        if (!gateway.MakesCustomers) return new GatewayReply { Outcome = GatewayOutcome.Accepted };

        var call = new EnsureCustomerCall { Account = account, Key = KeyOf(gateway.Name, account, userId), UserId = userId, Payer = payer };
        var underWay = _underWay.GetOrAdd(call.Key, _ => new Lazy<Task<GatewayReply>>(() => MakeOnceAsync(gateway, call)));
        return await underWay.Value.WaitAsync(cancellationToken);
    }

    // Removed by who made it, not by who waited: a caller that gives up must not leave an old failure for the next.
    private async Task<GatewayReply> MakeOnceAsync(IPaymentGateway gateway, EnsureCustomerCall call)
    {
        try
        {
            return await MakeAsync(gateway, call);
        }
        finally
        {
            _underWay.TryRemove(call.Key, out _);
        }
    }

    // Of no caller: others wait for it too. The client's own limits end it.
    private async Task<GatewayReply> MakeAsync(IPaymentGateway gateway, EnsureCustomerCall call)
    {
        var made = await gateway.EnsureCustomerAsync(call, CancellationToken.None);
        if (made.GatewayCustomerId is { } id)
            return Is(await methods.KeepCustomerAsync(call.UserId, gateway.Name, call.Account, id, CancellationToken.None));

        // Another process may have been in the way, and be done.
        return await methods.CustomerAsync(call.UserId, gateway.Name, call.Account, CancellationToken.None) is { } known ? Is(known) : made;
    }

    private static GatewayReply Is(string customer) => new() { Outcome = GatewayOutcome.Accepted, GatewayCustomerId = customer };

    /// <summary>An account belongs to one tenant, so that a user's name is one user's in it.</summary>
    private static string KeyOf(string gateway, string account, string userId) =>
        "cus_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{gateway}\n{account}\n{userId}")).AsSpan(0, 20));
}
