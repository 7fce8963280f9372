using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentPipeline.Simulator.Api;

/// <summary>A page of a gateway on which the payer decides. Without a script and without a style: any browser can do it.</summary>
internal static class PayerPage
{
    /// <param name="choices">Value and label of each button; the form posts <c>decision=value</c> to the page's own address.</param>
    public static ApiAnswer Choice(string title, string question, params ReadOnlySpan<(string Value, string Label)> choices)
    {
        var buttons = "";
        foreach (var (value, label) in choices)
            buttons += $"<button type=\"submit\" name=\"decision\" value=\"{value}\">{WebUtility.HtmlEncode(label)}</button>\n";
        return Html(200, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{WebUtility.HtmlEncode(title)} (simulator)</title></head>
            <body><h1>{WebUtility.HtmlEncode(title)}</h1><p>{WebUtility.HtmlEncode(question)}</p>
            <form method="post">
            {buttons}</form></body></html>
            """);
    }

    public static ApiAnswer NotFound() => Html(404, "<!DOCTYPE html><title>Not found</title><p>There is nothing to decide here.</p>");

    /// <summary>For a payer whom the merchant gave no address to come back to.</summary>
    public static ApiAnswer Done() => Html(200, "<!DOCTYPE html><title>Done</title><p>You can close this page.</p>");

    /// <summary>Null when the form was not filled in.</summary>
    public static string? Decision(ApiRequest request)
    {
        using var reader = new FormReader(System.Text.Encoding.UTF8.GetString(request.Body));
        return reader.ReadForm().TryGetValue("decision", out var values) ? values[0] : null;
    }

    /// <summary>Back to the merchant; what the address had in its query stays there.</summary>
    public static ApiAnswer SendTo(Uri address, params ReadOnlySpan<(string Name, string Value)> query)
    {
        var target = address.ToString();
        foreach (var (name, value) in query) target = QueryHelpers.AddQueryString(target, name, value);
        return new ApiAnswer(303, "").With("Location", target);
    }

    private static ApiAnswer Html(int status, string page) => new(status, page) { ContentType = "text/html; charset=utf-8" };
}
