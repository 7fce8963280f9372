namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// The control of the shop: <c>POST /shop/runs</c> starts a run (one at a time), <c>GET /shop/runs/current</c> shows it,
/// <c>DELETE /shop/runs/current</c> stops it.
/// </summary>
internal static class ShopEndpoints
{
    public static void MapShop(this WebApplication app, Shopkeeper shop)
    {
        app.MapPost("/shop/runs", (ShopOptions options) => Start(shop, options));
        app.MapGet("/shop/runs/current", () => Current(shop));
        app.MapDelete("/shop/runs/current", async () =>
        {
            await shop.StopAsync();
            return Current(shop);
        });
    }

    private static IResult Start(Shopkeeper shop, ShopOptions options)
    {
        var problems = options.Problems().ToArray();
        if (problems.Length > 0) return Results.Json(new Problem(problems), SimulatorJson.Default.Problem, statusCode: 400);
        return shop.TryStart(options) is { } run
            ? Results.Json(run.Progress, SimulatorJson.Default.RunProgress, statusCode: 202)
            : Results.Json(new Problem(["a run is under way: wait for it or stop it."]), SimulatorJson.Default.Problem, statusCode: 409);
    }

    private static IResult Current(Shopkeeper shop) =>
        shop.Current is { } run
            ? Results.Json(run.Progress, SimulatorJson.Default.RunProgress)
            : Results.Json(new Problem(["no run was started."]), SimulatorJson.Default.Problem, statusCode: 404);
}
