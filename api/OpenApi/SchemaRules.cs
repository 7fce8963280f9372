using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>A list of anything says so: document readers want to be told about the items of every list.</summary>
internal sealed class SchemaRules : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true) schema.Items ??= new OpenApiSchema { Description = "Any JSON value." };
        return Task.CompletedTask;
    }
}
