using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Metadata;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>The words of every operation, found by its route.</summary>
internal static class OperationTable
{
    private static readonly FrozenDictionary<string, OperationWords> ByRoute =
        new[] { PaymentWords.All, FeedWords.All }.SelectMany(all => all).ToFrozenDictionary(words => words.Route, StringComparer.Ordinal);

    public static OperationWords? Find(string? method, string? path) => ByRoute.GetValueOrDefault($"{method} /{path?.TrimStart('/')}");

    /// <summary>Gives each route of the group its name, tag, summary and answer, from where the document takes them.</summary>
    public static RouteGroupBuilder WithWords(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            var method = endpoint.Metadata.OfType<IHttpMethodMetadata>().FirstOrDefault()?.HttpMethods[0];
            if (Find(method, (endpoint as RouteEndpointBuilder)?.RoutePattern.RawText) is { } words) AddTo(endpoint.Metadata, words);
        });
        return group;
    }

    private static void AddTo(IList<object> metadata, OperationWords words)
    {
        // A route that describes itself is left as it is.
        if (metadata.OfType<IEndpointNameMetadata>().Any()) return;
        metadata.Add(new EndpointNameMetadata(words.Name));
        metadata.Add(new EndpointSummaryAttribute(words.Summary));
        metadata.Add(new TagsAttribute(words.Tag));
        metadata.Add(Answer(words, words.Status));
        if (words.MayBePending) metadata.Add(Answer(words, StatusCodes.Status202Accepted));
        if (words.HasETag) metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified, typeof(void)));
    }

    private static ProducesResponseTypeMetadata Answer(OperationWords words, int status) =>
        words.Answer is null ? new(status, typeof(void)) : new(status, words.Answer, [words.AnswerMediaType]);
}
