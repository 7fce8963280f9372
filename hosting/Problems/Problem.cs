using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PaymentPipeline.Hosting.Problems;

/// <summary>
/// An RFC 9457 problem with a stable <c>code</c> for programs. Made once and kept: without a detail its bytes are the
/// same for every caller, so that neither content nor length tells one refusal from another.
/// </summary>
public sealed class Problem
{
    public const string MediaType = "application/problem+json";
    private readonly byte[] _body;

    /// <param name="code">Lower case with underscores: "not_found". Part of the API; never renamed.</param>
    /// <param name="title">One short sentence, the same for every occurrence.</param>
    public Problem(int status, string code, string title)
    {
        Status = status;
        Code = code;
        Title = title;
        _body = Render(null, null);
    }

    public int Status { get; }
    public string Code { get; }
    public string Title { get; }

    /// <summary>Answers with this problem. Throws when the response has begun.</summary>
    public Task WriteAsync(HttpContext context) => WriteAsync(context, _body);

    /// <param name="detail">For this occurrence; what the caller can do about it.</param>
    /// <param name="member">The part of the request at fault: a JSON path, a header or a parameter.</param>
    public Task WriteAsync(HttpContext context, string? detail, string? member = null) => WriteAsync(context, Render(detail, member));

    private Task WriteAsync(HttpContext context, byte[] body)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = MediaType;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The body, for answers that are kept before they are sent.</summary>
    public byte[] Render(string? detail, string? member)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            json.WriteString("code", Code);
            if (detail is not null) json.WriteString("detail", detail);
            if (member is not null) json.WriteString("member", member);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
