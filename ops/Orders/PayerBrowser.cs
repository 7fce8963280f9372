using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentPipeline.Ops.Orders;

/// <summary>The payer's browser on a gateway's page: opens it, fills in its form, and is sent back to the shop.</summary>
internal sealed class PayerBrowser : IDisposable
{
    // The way back leads to a shop that does not exist: what is of use is in its address.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <returns>What the payer brings back to the shop, by name.</returns>
    /// <exception cref="OrderException">The page is not one to agree on.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ApproveAsync(Uri page, CancellationToken cancellationToken)
    {
        using var shown = await _http.GetAsync(page, cancellationToken);
        var form = await shown.Content.ReadAsStringAsync(cancellationToken);
        if (shown.StatusCode != HttpStatusCode.OK || !form.Contains("value=\"approve\"", StringComparison.Ordinal))
            throw new OrderException($"the payer's page has nothing to agree to (status {(int)shown.StatusCode})");

        using var decision = new FormUrlEncodedContent([KeyValuePair.Create("decision", "approve")]);
        using var answer = await _http.PostAsync(page, decision, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.SeeOther || answer.Headers.Location is not { } back)
            throw new OrderException($"the payer is not sent back (status {(int)answer.StatusCode})");
        return QueryHelpers.ParseQuery(back.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    public void Dispose() => _http.Dispose();
}
