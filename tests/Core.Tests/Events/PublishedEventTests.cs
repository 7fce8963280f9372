using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Core.Tests.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Events;

public sealed class PublishedEventTests
{
    private static readonly FactDetails Details = new()
    {
        FailureCode = "card_declined", DeclineCode = "insufficient_funds", Message = "Your card has \"insufficient\" funds.",
        Reason = "duplicate", NextActionType = "redirect_to_url", Brand = "visa", Last4 = "4242", ExpiryMonth = 3, ExpiryYear = 2030,
        ArrivesAt = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero),
    };

    public static TheoryData<string> Types => [.. SchemaFiles.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Every_event_holds_to_its_schema(string type)
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaFiles.Read(type));
        var told = Told().Where(told => told.Type == type).ToList();

        Assert.NotEmpty(told);
        foreach (var one in told)
            Assert.Empty(schema.Validate(Text(one)).Select(error => error.ToString()));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_schema_lets_no_event_pass_that_lacks_a_member_or_is_of_another_type(string type)
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaFiles.Read(type));
        var told = JsonNode.Parse(Text(Told().First(told => told.Type == type)))!.AsObject();

        foreach (var member in told["data"]!.AsObject().Select(member => member.Key).ToList())
        {
            var without = told.DeepClone();
            without["data"]!.AsObject().Remove(member);
            Assert.NotEmpty(schema.Validate(without.ToJsonString()));
        }
        told["type"] = "SomethingElse";
        Assert.NotEmpty(schema.Validate(told.ToJsonString()));
    }

    [Fact]
    public void Every_member_that_is_written_is_described()
    {
        foreach (var told in Told())
        {
            var described = SchemaFiles.Lines(SchemaFiles.Read(told.Type)).Select(line => line.Split(':')[0]).ToHashSet();
            Assert.Subset(described, Paths(JsonDocument.Parse(told.Json).RootElement, "").ToHashSet());
        }
    }

    [Fact]
    public void An_event_is_a_CloudEvent_with_the_payment_after_the_transition()
    {
        var life = Life.Of(
            CapturedTotal(2599, 2599, at: 5) with { OrderId = "order-1", UserId = "user-1" },
            Fact(FactKind.RefundSucceeded, "re_1", 1000, at: 9) with { Details = Details });

        var id = life.Payment.Id.ToString("N");
        var refund = Identifiers.Derive(life.Payment.Id, "refund", "re_1").ToString("N");
        Assert.Equal(
            $$$$"""
            {"specversion":"1.0","id":"pay_{{{{id}}}}.3","type":"RefundProcessed","source":"/paymentpipeline","subject":"pay_{{{{id}}}}",
            "time":"2026-11-21T09:00:09Z","sequence":3,"datacontenttype":"application/json",
            "dataschema":"urn:paymentpipeline:events:RefundProcessed.v1","data":{"paymentId":"pay_{{{{id}}}}","orderId":"order-1",
            "userId":"user-1","gateway":"stripe","gatewayPaymentId":"pi_1","origin":"external","status":"PARTIALLY_REFUNDED",
            "amount":2599,"currency":"EUR","amountAuthorized":2599,"amountCaptured":2599,"amountRefunded":1000,
            "amountRefundPending":0,"amountDisputed":0,"occurredAt":"2026-11-21T09:00:09Z",
            "refund":{"id":"re_{{{{refund}}}}","gatewayId":"re_1","amount":1000,"reason":"duplicate","status":"succeeded"}}}
            """.ReplaceLineEndings(""),
            Text(life.Events.Last()));
    }

    [Fact]
    public void I24_the_same_facts_give_the_same_bytes()
    {
        var (one, other) = (Told().ToList(), Told().ToList());

        Assert.Equal(one.Select(Text), other.Select(Text));
    }

    [Fact]
    public void Times_are_told_in_UTC()
    {
        var fact = Authorized(1000) with { OccurredAt = new DateTimeOffset(2026, 3, 1, 1, 30, 0, 250, TimeSpan.FromHours(2)) };

        var cloud = JsonDocument.Parse(Life.Of(fact).Events.Single().Json).RootElement;

        Assert.Equal("2026-02-28T23:30:00.25Z", cloud.GetProperty("time").GetString());
    }

    // Each type at least once, with and without the details that gateways may leave out.
    private static IEnumerable<OutgoingEvent> Told()
    {
        foreach (var details in new[] { FactDetails.None, Details })
        {
            var life = Life.Of(((Fact[])
            [
                Whole(FactKind.RequiresAction, 5000, at: 1), Fact(FactKind.AttemptFailed, "ch_0", 5000), Fact(FactKind.Voided, "void_1"),
                Authorized(5000), Captured("cap_1", 3000), CapturedTotal(5000, 5000), Fact(FactKind.CaptureFailed, "cap_1", 3000),
                Fact(FactKind.RefundPending, "re_1", 10), Fact(FactKind.RefundSucceeded, "re_1", 10),
                Fact(FactKind.RefundFailed, "re_1", 10),
                Fact(FactKind.DisputeOpened, "dp_1", 20), Fact(FactKind.DisputeLost, "dp_1", 20), Fact(FactKind.DisputeWon, "dp_2", 30),
            ]).Select(fact => fact with { Details = details }));
            foreach (var told in life.Events.Concat(MethodEvents(details)).Append(PayoutEvent(details)))
                yield return told;
        }
        foreach (var told in Life.Of(Fact(FactKind.RequiresAction, "no amount"), Fact(FactKind.Failed, "no amount")).Events)
            yield return told;
    }

    private static IEnumerable<OutgoingEvent> MethodEvents(FactDetails details)
    {
        var attached = Fact(FactKind.PaymentMethodAttached, "pm_1") with { Details = details, UserId = details.Brand };
        var method = PaymentMethodFold.New(NewPayment().Id, attached);
        foreach (var kind in new[] { FactKind.PaymentMethodAttached, FactKind.PaymentMethodUpdated, FactKind.PaymentMethodDetached })
        {
            var result = PaymentMethodFold.Apply(method, attached with { Kind = kind, Key = FactKey.Of(kind, "pm_1") });
            var chosen = PaymentMethodFold.Choose(method, isDefault: !method.IsDefault, attached.OccurredAt);
            yield return chosen.Events.Single();
            method = result.Method;
            yield return result.Events.Single();
        }
    }

    private static OutgoingEvent PayoutEvent(FactDetails details)
    {
        var paid = Fact(FactKind.PayoutPaid, "po_1", 481250) with { Details = details };
        return PayoutFold.Apply(PayoutFold.New(NewPayment().Id, paid), paid).Events.Single();
    }

    private static IEnumerable<string> Paths(JsonElement element, string path) =>
        from member in element.EnumerateObject()
        let memberPath = path.Length == 0 ? member.Name : $"{path}.{member.Name}"
        from found in member.Value.ValueKind == JsonValueKind.Object ? Paths(member.Value, memberPath).Prepend(memberPath) : [memberPath]
        select found;

    private static string Text(OutgoingEvent told) => System.Text.Encoding.UTF8.GetString(told.Json);
}
