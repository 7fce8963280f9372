using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// The reference that we give to Adyen, which signs it in each webhook: of a payment <c>pay_…</c>, with <c>.auto</c> where we asked
/// to capture at once; of a modification the id of our operation. Any other is the shop's own id of its order.
/// </summary>
/// <param name="Id">Ours, without <c>.auto</c>; null when the reference is not ours.</param>
/// <param name="CapturesAtOnce">What we asked for; null when it is for the account's setting to say.</param>
/// <param name="OrderId">The shop's own; null when the reference is ours, or there is none.</param>
internal readonly record struct AdyenReference(string? Id, bool? CapturesAtOnce, string? OrderId)
{
    /// <summary>True of a payment that our API made: the payer may attempt it several times, each with an id of Adyen's.</summary>
    public bool IsOurPayment => CapturesAtOnce is not null;

    /// <summary>True of an operation of ours; false of a payment, whoever made it.</summary>
    public bool IsOperation => Id is not null && CapturesAtOnce is null;

    private const string AutoSuffix = ".auto";

    private static readonly string[] OperationPrefixes =
        [Identifiers.CapturePrefix, Identifiers.RefundPrefix, Identifiers.PaymentMethodPrefix, Identifiers.OperationPrefix];

    public static string Of(string paymentId, CaptureMethod method) =>
        method == CaptureMethod.Automatic ? paymentId + AutoSuffix : paymentId;

    /// <summary>Of an operation whose call has no id of it: the key is that id, with <c>-2</c> and so on for further attempts.</summary>
    public static string OfKey(string key) => key.Split('-')[0];

    public static AdyenReference Read(string text)
    {
        var isAuto = text.EndsWith(AutoSuffix, StringComparison.Ordinal);
        var payment = isAuto ? text[..^AutoSuffix.Length] : text;
        if (Identifiers.TryParse(Identifiers.PaymentPrefix, payment, out _))
            return new AdyenReference(payment, isAuto, null);
        return OperationPrefixes.Any(prefix => Identifiers.TryParse(prefix, text, out _))
            ? new AdyenReference(text, null, null)
            : new AdyenReference(null, null, text.Length > 0 ? text : null);
    }
}
