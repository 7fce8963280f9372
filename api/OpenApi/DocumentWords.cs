using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentPipeline.Api.Auth;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>What the document says about the API as a whole: what it is, how callers are known, what an error looks like.</summary>
internal sealed class DocumentWords : IOpenApiDocumentTransformer
{
    public const string BearerScheme = "bearer";
    public const string ProblemSchema = "Problem";

    private const string Description = """
        Payments, captures, refunds and payment methods at several gateways. Amounts are integers in minor units; times are UTC.
        Every POST that moves money carries an Idempotency-Key: the same request again has one effect and the same answer. Errors are
        RFC 9457 problems with a stable `code`.
        """;

    private static readonly (string Name, string Description)[] Tags =
    [
        ("Disputes", "What payers contest at their bank"), ("Events", "What happened, in order, as a feed"),
        ("Operations", "How the gateways do"), ("Payment methods", "Saved ways to pay of a user: tokens only"),
        ("Payments", "Starting, capturing and cancelling payments, and what became of them"), ("Refunds", "Giving money back"),
    ];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "PaymentPipeline API",
            Version = "v1",
            Description = Description,
            Contact = new OpenApiContact { Name = "PaymentPipeline contributors", Email = "payments@example.com" },
            License = new OpenApiLicense { Name = "Apache-2.0", Url = new Uri("https://www.apache.org/licenses/LICENSE-2.0") },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document came from" }];
        document.Tags = Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
        document.AddComponent(BearerScheme, Bearer());
        document.AddComponent(ProblemSchema, Problem());
        return Task.CompletedTask;
    }

    private static OpenApiSecurityScheme Bearer() => new()
    {
        Type = SecuritySchemeType.Http,
        Scheme = "bearer",
        BearerFormat = "JWT",
        Description = $"A signed token with the claim scope; there are {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}.",
    };

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457. Decide by code; the list is in docs/errors.md.",
        Required = new HashSet<string> { "type", "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Always about:blank."),
            ["title"] = Text("The same sentence for every problem of this code."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The status of the answer." },
            ["code"] = Text("Stable, for programs."),
            ["detail"] = Text("What is wrong this time."),
            ["member"] = Text("The JSON path, header or parameter at fault."),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
