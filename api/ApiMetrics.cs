using System.Diagnostics.Metrics;

namespace PaymentPipeline.Api;

/// <summary>What was asked, and what was refused and why. Labels are codes of the table of problems, never a caller's text.</summary>
internal sealed class ApiMetrics : IDisposable
{
    private readonly Meter _meter = new("PaymentPipeline.Api");
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cardNumbers;

    public ApiMetrics()
    {
        const string Prefix = "paymentpipeline.api.";
        _refused = _meter.CreateCounter<long>(Prefix + "requests.refused", "{request}", "Answered with a problem, by its code");
        _cardNumbers = _meter.CreateCounter<long>(
            Prefix + "card_numbers.refused", "{request}", "Refused for a card number, by where it stood");
    }

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <param name="place">"body", "header", "path" or "query".</param>
    public void CardNumber(string place) => _cardNumbers.Add(1, new KeyValuePair<string, object?>("place", place));

    public void Dispose() => _meter.Dispose();
}
