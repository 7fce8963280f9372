using System.Text;
using PaymentPipeline.Load.Sending;
using PaymentPipeline.Load.Webhooks;
using Xunit;

namespace PaymentPipeline.Load.Tests;

public sealed class SendingTests
{
    [Fact]
    public void A_number_in_letters_comes_back() => Assert.All([0L, 1, 25, 26, 12_345_678], number =>
    {
        var letters = new byte[LetterNumber.Length];
        LetterNumber.Write(letters, number);
        Assert.Equal(number, LetterNumber.Read(letters));
        Assert.DoesNotContain(Encoding.ASCII.GetString(letters), char.IsDigit);
    });

    [Fact]
    public void The_three_events_of_a_payment_come_in_order_with_others_between_them()
    {
        var numbers = Enumerable.Range(0, 3000).GroupBy(number => WebhookMix.Event(number).Payment).ToList();

        Assert.Equal(1000, numbers.Count);
        Assert.All(numbers, three =>
        {
            Assert.Equal([0, 1, 2], three.Select(number => WebhookMix.Event(number).Step));
            Assert.True(three.ElementAt(1) - three.ElementAt(0) > 50);
        });
    }

    [Fact]
    public void A_curve_goes_in_straight_lines_from_phase_to_phase()
    {
        var curve = new RateCurve(("quiet", 10, 100, 100), ("rise", 10, 100, 300), ("plateau", 10, 300, 300));

        Assert.Equal([100, 200, 300, 300], new[] { 5.0, 15, 20, 99 }.Select(curve.At));
        Assert.Equal(6000, curve.Arrivals);
        Assert.Equal((20.0, 30.0), curve.Highest);
    }

    [Fact]
    public void A_set_of_numbers_says_once_that_one_is_new()
    {
        var set = new NumberSet();

        Assert.Equal([true, true, false, true, false], new[] { 1L, 2_000_000, 1, 64, 2_000_000 }.Select(set.Add));
    }
}
