using PaymentPipeline.Api.Errors;
using PaymentPipeline.Core;

namespace PaymentPipeline.Api.Payments;

internal static class PaymentIds
{
    /// <exception cref="RefusalException">404, as for an id that nobody has: another form cannot exist.</exception>
    public static Guid Parse(string id) =>
        Identifiers.TryParse(Identifiers.PaymentPrefix, id, out var paymentId) ? paymentId : throw new RefusalException(Problems.NotFound);
}
