using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen;

/// <summary>Adyen's part of the shop: payments, stored tokens (signed in a header) and report notices.</summary>
internal static class AdyenLives
{
    public static void Pay(Life life, AdyenSecrets secrets)
    {
        var currency = Denominations.Choose("adyen", life.Random);
        PaymentScript.Play(life, new AdyenPayment(life, secrets, currency, currency.Amount(life.Random)));
    }

    public static void KeepMethod(Life life, AdyenSecrets secrets)
    {
        var shopper = life.Shopper;
        var method = new MethodTruth
        {
            Gateway = "adyen", Account = life.Account, Token = Dice.PspReference(life.Random), UserId = shopper,
            Brand = Dice.OneOf(life.Random, "visa", "mc"),
        };
        method.Attach(expiryYear: null);
        Tell("created");
        if (life.Happens(0.3))
        {
            life.WaitDays(10, 60);
            method.Renew(expiryYear: null);
            Tell("updated");
        }
        if (life.Happens(0.3))
        {
            life.WaitDays(1, 20);
            method.Detach();
            Tell("disabled");
        }

        void Tell(string what)
        {
            var id = Dice.PspReference(life.Random);
            life.Tell(id, $"recurring.token.{what}", $$$"""
                {"createdAt":"{{{life.Now:yyyy-MM-dd'T'HH:mm:ss}}}+00:00","environment":"test","eventId":"{{{id}}}",
                "type":"recurring.token.{{{what}}}","data":{"merchantAccount":"{{{secrets.MerchantAccount}}}","operation":"{{{what}}}",
                "shopperReference":"{{{shopper}}}","storedPaymentMethodId":"{{{method.Token}}}","type":"{{{method.Brand}}}"} }
                """, method);
        }
    }

    /// <summary>Adyen pays out to the merchant without a webhook; it announces the settlement report.</summary>
    public static void AnnounceReport(Life life, AdyenSecrets secrets)
    {
        var batch = Dice.Number(life.Random, 4);
        var item = new AdyenItem
        {
            EventCode = "REPORT_AVAILABLE", MerchantReference = "",
            PspReference = $"settlement_detail_report_batch_{life.OrderId}_{batch}.csv",
            Currency = "EUR", Value = 0, EventDate = life.Now, PaymentMethod = "",
            Reason = "https://ca-test.adyen.com/reports/download/MerchantAccount/"
                + $"{secrets.MerchantAccount}/settlement_detail_report_batch_{batch}.csv",
        };
        life.Tell(item.Key, item.EventCode, item.Json(secrets), about: null, isItem: true);
    }
}
