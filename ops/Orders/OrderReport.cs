using System.Diagnostics;
using System.Globalization;

namespace PaymentPipeline.Ops.Orders;

/// <summary>
/// How the orders through the API ended, for people: a line for all, one for each kind, one for each that went another way.
/// </summary>
internal static class OrderReport
{
    public static IEnumerable<string> Lines(OrderService orders)
    {
        var odd = orders.Odd;
        var asExpected = orders.Orders.Except(odd.Select(one => one.Order)).ToList();
        yield return string.Create(CultureInfo.InvariantCulture,
            $"  by the API {asExpected.Count,9:N0} orders ended as they should, {odd.Count:N0} otherwise; "
            + $"{orders.Orders.Count(order => order.IsSentTwice):N0} sent every request twice");
        foreach (var kind in asExpected.GroupBy(order => order.Kind).OrderBy(group => group.Key))
            yield return string.Create(CultureInfo.InvariantCulture, $"             {kind.Count(),9:N0} {Words(kind.Key)}");
        foreach (var (order, what) in odd)
            yield return $"  ODD        {order.Id}, {Words(order.Kind)} at {order.Gateway}: {what}";
    }

    private static string Words(OrderKind kind) => kind switch
    {
        OrderKind.Paid => "paid at once",
        OrderKind.TakenLater => "held and taken later",
        OrderKind.TakenInParts => "held and taken in two parts",
        OrderKind.Canceled => "held and let go",
        OrderKind.Refunded => "given back",
        OrderKind.PartlyRefunded => "given back in part",
        OrderKind.Declined => "declined",
        OrderKind.Approved => "agreed to on the payer's page (3-D Secure, PayPal)",
        OrderKind.ByStoredMethod => "paid by a stored method",
        _ => throw new UnreachableException($"{kind} is no kind of order."),
    };
}
