using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>
/// A list of anything says so, because readers of the document want to be told about the items of every list; and a request takes no
/// members but its own.
/// </summary>
internal sealed class SchemaRules : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true) schema.Items ??= new OpenApiSchema { Description = "Any JSON value." };
        if (context.JsonTypeInfo.Type.Name.EndsWith("Request", StringComparison.Ordinal)) schema.AdditionalPropertiesAllowed = false;
        return Task.CompletedTask;
    }
}
