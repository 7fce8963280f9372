using System.Net;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Integration.Tests.Simulator;
using PaymentPipeline.Integration.Tests.Storage;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>
/// What belongs to a tenant is to another one as if it were not there: the same answer as for an id that nobody ever gave, so that
/// nobody learns which ids exist. The other tenant here is a customer like the first, with an account of its own.
/// </summary>
public sealed class TenantBoundaryTests : IAsyncLifetime
{
    private static readonly (string Method, string Path, string? Body)[] ById =
    [
        ("GET", "/v1/payments/{payment}", null),
        ("GET", "/v1/payments/{intent}", null),
        ("GET", "/v1/payments/{payment}/transactions", null),
        ("GET", "/v1/payments/{payment}/timeline", null),
        ("POST", "/v1/payments/{payment}/confirm", """{"token":"pm_card_visa"}"""),
        ("POST", "/v1/payments/{payment}/capture", "{}"),
        ("POST", "/v1/payments/{payment}/cancel", "{}"),
        ("POST", "/v1/refunds", """{"paymentId":"{payment}"}"""),
        ("GET", "/v1/refunds/{refund}", null),
        ("GET", "/v1/refunds?paymentId={payment}", null),
        ("GET", "/v1/disputes/{dispute}", null),
        ("PATCH", "/v1/payment-methods/{method}", """{"isDefault":true}"""),
        ("DELETE", "/v1/payment-methods/{method}", null),
        ("PUT", "/v1/users/user-1/default-payment-method", """{"paymentMethodId":"{method}"}"""),
        ("POST", "/v1/payments", """{"orderId":"o","amount":1,"currency":"EUR","userId":"user-1","paymentMethodId":"{method}"}"""),
    ];

    private const string NobodysId = "019ac0de000070008000000000000001";

    // Lists: empty for what is another's, as for what is nobody's.
    private static readonly string[] Lists =
    [
        "/v1/disputes?paymentId={payment}", "/v1/payments?orderId=order-1", "/v1/payments?gatewayPaymentId={intent}", "/v1/payments?userId=user-1",
        "/v1/disputes", "/v1/users/user-1/payment-methods",
    ];

    private readonly Books _books = new();
    private readonly SimulatorUnderTest _simulator = new();
    private ApiServer _api = null!;
    private int _keys;

    public async Task InitializeAsync()
    {
        await _books.InitializeAsync();
        await _simulator.InitializeAsync();
        string[] settings = [$"ApiKey={_simulator.Secrets.StripeApiKey}", $"BaseUrl={_simulator.Address}"];
        _api = await ApiServer.StartAsync(_books.ConnectionString, settings:
        [
            .. settings.Select(setting => $"--Gateways:Stripe:{setting}"),
            .. settings.Append("Tenant=another").Select(setting => $"--Gateways:Stripe:Accounts:other:{setting}"),
        ]);
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _simulator.DisposeAsync();
        await _books.DisposeAsync();
    }

    [Fact]
    public void H104_every_route_that_takes_an_id_is_tried_here()
    {
        var tried = ById.Select(request => $"{request.Method} {request.Path}").Concat(Lists.Select(path => $"GET {path}"))
            .Select(Shape).ToHashSet();
        var routes = _api.Routes.Where(route => route.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal) && route.RoutePattern.Parameters.Count > 0)
            .Select(route => Shape($"{route.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText}"));

        Assert.Empty(routes.Except(tried));

        static string Shape(string request) => string.Join('/', request.Split('/').Select(part => part.Contains('{', StringComparison.Ordinal) ? "{}" : part))
            .Replace("/user-1/", "/{}/", StringComparison.Ordinal);
    }

    [Fact]
    public async Task H104_another_tenants_ids_are_answered_as_ids_that_nobody_ever_gave()
    {
        var (theirs, nobodys) = (await OwnedAsync(), Nobodys());
        var stranger = _api.Tokens.Good(tenant: "another");

        foreach (var (method, path, body) in ById)
        {
            var real = await AskAsync(method, path, body, theirs, stranger);
            var unknown = await AskAsync(method, path, body, nobodys, stranger);
            var toTheOwner = await AskAsync(method, path, body, nobodys, _api.Tokens.Good());

            Assert.True((real.Status, real.Code) == (HttpStatusCode.NotFound, "not_found"), $"{method} {path}: {real.Status} {real.Body}");
            Assert.Equal(Comparable(unknown, nobodys), Comparable(real, theirs));
            Assert.Equal(Comparable(toTheOwner, nobodys), Comparable(real, theirs));
        }

        foreach (var path in Lists)
        {
            var real = await AskAsync("GET", path, null, theirs, stranger);
            Assert.True((real.Status, real.Json.GetProperty("items").GetArrayLength()) == (HttpStatusCode.OK, 0), $"{path}: {real.Body}");
            Assert.Equal(Comparable(await AskAsync("GET", path, null, nobodys, stranger), nobodys), Comparable(real, theirs));
            Assert.NotEqual(0, (await AskAsync("GET", path, null, theirs, _api.Tokens.Good())).Json.GetProperty("items").GetArrayLength());
        }

        Assert.Equal("PARTIALLY_REFUNDED", (await AskAsync("GET", "/v1/payments/{payment}", null, theirs, _api.Tokens.Good())).Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/v1/payments?limit=1")]
    [InlineData("/v1/disputes?limit=1")]
    public async Task H104_another_tenants_cursor_is_answered_as_one_that_was_made_up(string list)
    {
        await OwnedAsync();
        await OwnedAsync();
        var stranger = _api.Tokens.Good(tenant: "another");
        var cursor = (await _api.GetAsync(list)).Json.GetProperty("nextCursor").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync($"{list}&cursor={cursor}")).Status);

        var theirs = await _api.GetAsync($"{list}&cursor={cursor}", stranger);
        var madeUp = await _api.GetAsync($"{list}&cursor={new string('A', cursor.Length)}", stranger);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_parameter"), (theirs.Status, theirs.Code));
        Assert.Equal(Comparable(madeUp, []), Comparable(theirs, []));
    }

    /// <summary>One of everything that has an id, of the default tenant; the payment is partly refunded and disputed.</summary>
    private async Task<Dictionary<string, string>> OwnedAsync()
    {
        var owner = _api.Tokens.Good();
        var method = await AskAsync("POST", "/v1/payment-methods", """{"userId":"user-1","gateway":"stripe","token":"pm_card_visa"}""", [], owner);
        var id = Text(method, "paymentMethodId");
        var paid = await AskAsync(
            "POST", "/v1/payments",
            $$"""{"orderId":"order-1","amount":1000,"currency":"EUR","userId":"user-1","paymentMethodId":"{{id}}","confirm":true}""", [], owner);
        var payment = Text(paid, "paymentId");
        var intent = Text(await _api.GetAsync($"/v1/payments/{payment}"), "gatewayPaymentId");
        var refund = await AskAsync("POST", "/v1/refunds", $$"""{"paymentId":"{{payment}}","amount":100}""", [], owner);
        await _books.CommitAsync($"evt_{intent}", Books.Fact(FactKind.DisputeOpened, intent, $"dp_{intent}", 50));
        var disputes = await _api.GetAsync($"/v1/disputes?paymentId={payment}");
        return new()
        {
            ["payment"] = payment, ["intent"] = intent, ["refund"] = Text(refund, "refundId"), ["method"] = id,
            ["dispute"] = disputes.Json.GetProperty("items")[0].GetProperty("disputeId").GetString()!,
        };
    }

    private static Dictionary<string, string> Nobodys() => new()
    {
        ["payment"] = "pay_" + NobodysId, ["intent"] = "pi_nobodys", ["refund"] = "re_" + NobodysId, ["method"] = "pm_" + NobodysId,
        ["dispute"] = "dp_" + NobodysId,
    };

    private Task<ApiAnswer> AskAsync(string method, string path, string? body, Dictionary<string, string> ids, string token)
    {
        foreach (var (name, id) in ids)
            (path, body) = (path.Replace($"{{{name}}}", id, StringComparison.Ordinal), body?.Replace($"{{{name}}}", id, StringComparison.Ordinal));
        return _api.SendAsync(new HttpMethod(method), path, body, token, ("Idempotency-Key", $"key-{++_keys}"));
    }

    /// <summary>Everything that the caller sees of an answer, but for the id that it asked for and the time.</summary>
    private static string Comparable(ApiAnswer answer, Dictionary<string, string> ids)
    {
        var headers = answer.Headers.Where(header => header.Key != "Date").Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
        var all = $"{answer.Status} {answer.ContentType}\n{string.Join('\n', headers.Order())}\n{answer.Body}";
        foreach (var (name, id) in ids) all = all.Replace(id, name, StringComparison.Ordinal);
        return all;
    }

    private static string Text(ApiAnswer answer, string member) =>
        answer.Json.TryGetProperty(member, out var value) ? value.GetString()! : throw new InvalidOperationException($"No {member}: {answer.Body}");
}
