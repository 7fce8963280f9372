using PaymentPipeline.Gateways;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Calls about a payment carry every id by which its gateway ever named it: PayPal's act on authorisations and captures.</summary>
public sealed class AliasTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public AliasTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Fact]
    public async Task Captures_and_refunds_carry_them_and_a_refund_the_one_capture_there_is()
    {
        var (one, two) = (await _money.PaidAsync(1000), await _money.PaidAsync(1000));
        await _money.CaptureAsync(one, 600);
        await _money.CaptureAsync(two, 600);
        await _money.CaptureAsync(two, 400);
        await _money.RefundAsync(one, 100);
        await _money.RefundAsync(two, 100);

        var capture = CallsOf<CapturePaymentCall>(one).Single();
        var refund = CallsOf<RefundPaymentCall>(one).Single();
        Assert.Equal(NamesOf(one), capture.Aliases);
        Assert.Equal(NamesOf(one), refund.Aliases);
        Assert.Equal(capture.OperationId, refund.GatewayCaptureId);
        Assert.Null(CallsOf<RefundPaymentCall>(two).Single().GatewayCaptureId);
    }

    [Fact]
    public async Task A_cancellation_and_the_look_up_of_it_carry_them()
    {
        var id = await _money.PaidAsync(1000);
        _money.Booth.Window = TimeSpan.Zero;
        _money.Booth.Mood = (_, _) => Mood.DoesItSilently;
        await _money.PostAsync($"/v1/payments/{id}/cancel", "{}");
        await _money.HurryAsync();

        await Eventually.Async(() => Task.FromResult(CallsOf<LookUpCall>(id).Count > 0), MoneyFixture.Soon);
        Assert.Equal(NamesOf(id), CallsOf<CancelPaymentCall>(id).Single().Aliases);
        Assert.Equal(NamesOf(id), CallsOf<LookUpCall>(id)[0].Aliases);
    }

    private static string[] NamesOf(string id) => ["booth_" + id, id];

    private List<T> CallsOf<T>(string id)
        where T : PaymentCall => [.. _money.Booth.Calls.OfType<T>().Where(call => call.PaymentId == id)];
}
