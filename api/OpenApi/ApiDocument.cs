using Swashbuckle.AspNetCore.SwaggerUI;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>, made from the routes as they are mapped, and a page of it at <c>/docs</c>. Both are open: they hold no data.
/// </summary>
internal static class ApiDocument
{
    public const string Path = "/openapi/v1.json";
    public const string PagePath = "docs";
    private const string Name = "v1";

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(Name, options =>
        {
            options.ShouldInclude = route => route.RelativePath?.StartsWith(Name + "/", StringComparison.Ordinal) == true;
            options.AddDocumentTransformer<DocumentWords>();
            options.AddOperationTransformer<OperationRules>();
            options.AddSchemaTransformer<SchemaRules>();
        });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = PagePath;
            page.DocumentTitle = "PaymentPipeline API";
            page.SwaggerEndpoint(Path, "PaymentPipeline API v1");
            page.ConfigObject.DocExpansion = DocExpansion.List;
        });
    }
}
