namespace PaymentPipeline.Core.Payments;

/// <summary>What issuer and gateway checked of the payer, in the gateway's words. Null where nobody told.</summary>
/// <param name="Avs">Of the address: Stripe's <c>line1=pass postal_code=pass</c>, Adyen's <c>7 Both …</c>, PayPal's letter.</param>
/// <param name="Cvv">Of the card's security code: Stripe's <c>pass</c>, Adyen's <c>1 Matches</c>, PayPal's letter.</param>
/// <param name="RiskLevel">By the gateway's own risk engine.</param>
/// <param name="RiskScore">By the gateway's own risk engine; higher is riskier.</param>
public sealed record PaymentChecks(string? Avs, string? Cvv, string? RiskLevel, int? RiskScore);

/// <summary>Why an attempt to pay failed.</summary>
/// <param name="Code">Ours, of a closed set: docs/errors.md.</param>
/// <param name="GatewayCode">The gateway's word.</param>
/// <param name="DeclineCode">The issuer's word.</param>
/// <param name="Message">The gateway's sentence for the merchant; never for the payer.</param>
/// <param name="NetworkCode">The card network's own code.</param>
/// <param name="AdviceCode">What the gateway or the network advises to do next.</param>
public sealed record PaymentFailure(
    string Code, string? GatewayCode, string? DeclineCode, string? Message, string? NetworkCode, string? AdviceCode)
{
    private const int MessageMax = 500;

    /// <summary>As it may be kept and shown: bounded, and without a sentence that quotes an address or a long number.</summary>
    public PaymentFailure Bounded() => new(
        Words.Bounded(Code) ?? "gateway_error", Words.Bounded(GatewayCode), Words.Bounded(DeclineCode),
        Words.NamesNobody(Message) ? Words.Bounded(Message, MessageMax) : null, Words.Bounded(NetworkCode), Words.Bounded(AdviceCode));

    /// <summary>What the details of a failed attempt say; null when they do not say why.</summary>
    public static PaymentFailure? Of(FactDetails details)
    {
        ArgumentNullException.ThrowIfNull(details);
        return details.FailureClass is not { } code ? null : new PaymentFailure(
            code, details.FailureCode, details.DeclineCode, details.Message, details.NetworkCode, details.AdviceCode).Bounded();
    }
}

/// <summary>Gateways' words, fit to be kept for ever.</summary>
internal static class Words
{
    private const int CodeMax = 100;

    /// <summary>The shortest card number has 12 digits; a gateway's own code or amount never has as many in a row.</summary>
    private const int DigitsMax = 11;

    /// <summary>Null for what is blank. Control characters, which the database does not take, become spaces.</summary>
    public static string? Bounded(string? text, int atMost = CodeMax)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (text.Length > atMost)
            text = text[..(char.IsHighSurrogate(text[atMost - 1]) ? atMost - 1 : atMost)];
        return text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0
            ? text
            : string.Create(text.Length, text, static (to, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                    to[i] = from[i] < ' ' ? ' ' : from[i];
            });
    }

    /// <summary>False for a sentence with an e-mail address or with so long a number that it may be an account's.</summary>
    public static bool NamesNobody(string? text)
    {
        var run = 0;
        foreach (var character in text ?? "")
        {
            run = char.IsAsciiDigit(character) ? run + 1 : 0;
            if (character == '@' || run > DigitsMax)
                return false;
        }
        return true;
    }
}
