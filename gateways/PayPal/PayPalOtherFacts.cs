using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What is not about a payment: vaulted ways to pay, and batches of payouts.</summary>
internal static class PayPalOtherFacts
{
    public static Fact Token(PayPalNotice notice, FactKind kind)
    {
        var token = notice.Resource.RequiredText("id");
        return notice.NewFact(kind, token, PayPalReferences.Of(token), notice.Resource) with
        {
            UserId = notice.Resource.At("customer").Text("merchant_customer_id"),
            Details = DetailsOf(notice.Resource.At("payment_source")),
        };
    }

    /// <summary>Of an order whose source was kept in the vault with it; null where none was.</summary>
    public static Fact? TokenKeptWith(PayPalNotice notice)
    {
        var source = notice.Resource.At("payment_source");
        return VaultOf(source).Text("id") is not { Length: > 0 } token
            ? null
            : notice.NewFact(FactKind.PaymentMethodAttached, token, PayPalReferences.Of(token), notice.Resource) with
            {
                Details = DetailsOf(source),
            };
    }

    /// <summary>What an order's source says of the vault: id and customer.</summary>
    public static JsonElement VaultOf(JsonElement source)
    {
        var wallet = source.At("paypal").Exists() ? source.At("paypal") : source.At("card");
        return wallet.At("attributes").At("vault");
    }

    public static IReadOnlyList<Fact> Payout(PayPalNotice notice)
    {
        var batch = notice.Resource.At("batch_header");
        var id = batch.RequiredText("payout_batch_id");
        var kind = (batch.Text("batch_status") ?? notice.StatusInName).ToUpperInvariant() switch
        {
            "SUCCESS" => FactKind.PayoutPaid,
            "PENDING" or "PROCESSING" or "NEW" or "ACKNOWLEDGED" => FactKind.PayoutPending,
            "DENIED" or "CANCELED" => FactKind.PayoutFailed,
            _ => (FactKind?)null,
        };
        return kind is null ? [] : [notice.NewFact(kind.Value, id, PayPalReferences.Of(id), notice.Resource) with
        {
            Amount = batch.RequiredMoney("amount"),
        }];
    }

    private static FactDetails DetailsOf(JsonElement source)
    {
        var card = source.At("card");
        if (!card.Exists())
            return source.At("paypal").Exists() ? new FactDetails { Brand = "paypal" } : FactDetails.None;

        // "2030-03"
        var text = card.Text("expiry");
        var hasExpiry = DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expiry);
        return new FactDetails
        {
            Brand = card.Text("brand"),
            Last4 = card.Text("last_digits"),
            ExpiryMonth = hasExpiry ? expiry.Month : null,
            ExpiryYear = hasExpiry ? expiry.Year : null,
        };
    }
}
