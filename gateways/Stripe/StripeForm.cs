using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// The parameters of one request as Stripe wants them, a form with bracketed names: <c>metadata[order_id]=o1</c>. What is null or empty
/// is left out, because an empty value means "unset" to Stripe.
/// </summary>
internal sealed class StripeForm
{
    private readonly StringBuilder _text = new();

    /// <summary>Why Stripe cannot be told this; null when it can.</summary>
    public string? Problem { get; private set; }

    public bool IsEmpty => _text.Length == 0;

    public StripeForm Add(string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return this;
        if (_text.Length > 0) _text.Append('&');
        _text.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public StripeForm AddFlag(string name, bool value) => Add(name, value ? "true" : "false");

    /// <summary>The amount in Stripe's units.</summary>
    public StripeForm AddAmount(string name, Money amount)
    {
        try
        {
            return Add(name, Currencies.ToGatewayMinor(StripeGateway.GatewayName, amount).ToString(CultureInfo.InvariantCulture));
        }
        catch (FormatException problem)
        {
            Problem = problem.Message;
            return this;
        }
    }

    public StripeForm AddMetadata(string name, string? value)
    {
        // A bracket in a name would nest it.
        if (name.AsSpan().IndexOfAny('[', ']') >= 0) Problem = "A name in the metadata holds a bracket.";
        return Add($"metadata[{name}]", value);
    }

    public HttpContent ToContent() =>
        new ByteArrayContent(Encoding.ASCII.GetBytes(ToString()))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") },
        };

    public override string ToString() => _text.ToString();
}
