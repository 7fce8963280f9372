using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>
/// What follows from a route's own parameters and scope: its security, its headers, and the problems that it can answer with.
/// </summary>
internal sealed class OperationRules : IOpenApiOperationTransformer
{
    private static readonly Problem[] OfEveryRoute =
    [
        Problems.BadRequest, Problems.InvalidParameter, Problems.PanNotAllowed, Problems.Unauthenticated, Problems.InsufficientScope,
        Problems.RateLimited, Problems.InternalError, Problems.Unavailable,
    ];

    private static readonly Problem[] OfBodies =
        [Problems.InvalidJson, Problems.InvalidMember, Problems.RequestTimeout, Problems.PayloadTooLarge, Problems.UnsupportedMediaType];

    private static readonly Problem[] OfKeys =
    [
        Problems.IdempotencyKeyMissing, Problems.IdempotencyKeyInvalid, Problems.RequestInProgress, Problems.IdempotencyKeyReused,
    ];

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var route = context.Description.ActionDescriptor.EndpointMetadata;
        var path = context.Description.RelativePath ?? "";
        var words = OperationTable.Find(context.Description.HttpMethod, path);
        var (hasBody, hasKey) = Takes(route.OfType<MethodInfo>().SelectMany(method => method.GetParameters()));

        var problems = OfEveryRoute.Concat(hasBody ? OfBodies : []).Concat(hasKey ? OfKeys : [])
            .Concat(path.Contains('{', StringComparison.Ordinal) ? [Problems.NotFound] : []).Concat(words?.Problems ?? []);
        AddProblems(operation, context.Document!, problems);
        if (hasKey) AddHeader(operation, KeyHeader());
        if (words?.HasETag == true) AddHeader(operation, ETagHeader());
        if (route.OfType<RequiredScope>().FirstOrDefault() is { } required) Secure(operation, context.Document!, required.Scope);
        if (words is not null) Describe(operation, words);
        return Task.CompletedTask;
    }

    private static (bool HasBody, bool HasKey) Takes(IEnumerable<ParameterInfo> parameters)
    {
        var types = parameters.Select(parameter => parameter.ParameterType).ToList();
        var hasBody = types.Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(JsonBody<>));
        return (hasBody, types.Contains(typeof(IdempotencyKey)));
    }

    private static void Secure(OpenApiOperation operation, OpenApiDocument document, string scope) =>
        operation.Security =
            [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DocumentWords.BearerScheme, document)] = [scope] }];

    private static void AddProblems(OpenApiOperation operation, OpenApiDocument document, IEnumerable<Problem> problems)
    {
        operation.Responses ??= [];
        foreach (var group in problems.DistinctBy(problem => problem.Code).GroupBy(problem => problem.Status).OrderBy(group => group.Key))
        {
            var response = new OpenApiResponse
            {
                Description = string.Join("; ", group.Select(problem => $"`{problem.Code}`: {problem.Title}")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problem.MediaType] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(DocumentWords.ProblemSchema, document),
                        Example = JsonNode.Parse(group.First().Render(null, null)),
                    },
                },
            };
            if (group.Key == StatusCodes.Status429TooManyRequests) response.Headers = RetryAfter();
            operation.Responses[group.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }

    private static Dictionary<string, IOpenApiHeader> RetryAfter() => new()
    {
        ["Retry-After"] = new OpenApiHeader
        {
            Description = "Seconds to wait.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
        },
    };

    private static OpenApiParameter KeyHeader() => new()
    {
        Name = IdempotencyKey.Header,
        Required = true,
        Description = "1 to 255 visible ASCII characters, bare or quoted; a new one for each new intent.",
        Example = "order-1001-pay",
    };

    private static OpenApiParameter ETagHeader() => new()
    {
        Name = "If-None-Match",
        Description = "The ETag known already: 304 when nothing has changed.",
        Example = "\"4-8deabc\"",
    };

    private static void AddHeader(OpenApiOperation operation, OpenApiParameter header)
    {
        header.In = ParameterLocation.Header;
        header.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
        (operation.Parameters ??= []).Add(header);
    }

    private static void Describe(OpenApiOperation operation, OperationWords words)
    {
        operation.Description = words.Description;
        if (words.RequestExample is not null && operation.RequestBody?.Content is { } request)
            foreach (var content in request.Values)
                content.Example = JsonNode.Parse(words.RequestExample);
        foreach (var name in words.Query) AddQuery(operation, name);
    }

    private static void AddQuery(OpenApiOperation operation, QueryWords query)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = query.Name,
            In = ParameterLocation.Query,
            Required = query.IsRequired,
            Description = query.Description,
            Schema = new OpenApiSchema { Type = query.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String },
        });
    }
}
