using Xunit;

namespace PaymentPipeline.Core.Tests;

public sealed class IdentifiersTests
{
    private static readonly Guid Owner = Guid.CreateVersion7(new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_derived_id_is_a_pure_function_of_owner_kind_and_part()
    {
        var id = Identifiers.Derive(Owner, "refund", "re_1");

        Assert.Equal(id, Identifiers.Derive(Owner, "refund", "re_1"));
        Assert.Distinct([id, Identifiers.Derive(Owner, "capture", "re_1"), Identifiers.Derive(Owner, "refund", "re_2")]);
        Assert.Equal(7, id.Version);
        Assert.Equal(Owner.ToString("N")[..12], id.ToString("N")[..12]);
    }

    [Fact]
    public void An_id_is_read_back_only_under_its_own_prefix()
    {
        var text = Identifiers.Format(Identifiers.PaymentPrefix, Owner);

        Assert.True(Identifiers.TryParse(Identifiers.PaymentPrefix, text, out var id));
        Assert.Equal(Owner, id);
        Assert.False(Identifiers.TryParse(Identifiers.RefundPrefix, text, out _));
        Assert.False(Identifiers.TryParse(Identifiers.PaymentPrefix, text + "0", out _));
    }
}
