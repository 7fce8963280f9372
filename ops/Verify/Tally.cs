using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>Counts what one check looks at, and keeps the first offence as the example.</summary>
internal sealed class Tally(string id, string claim)
{
    private long _counted;
    private long _violations;
    private string? _example;

    public void Seen(long count = 1) => _counted += count;

    /// <summary>Looks at one thing; it is an offence when the condition does not hold.</summary>
    public void Require(bool holds, Func<string> offence)
    {
        _counted++;
        if (!holds) Violated(offence());
    }

    public void Violated(string offence)
    {
        _violations++;
        _example ??= offence;
    }

    public InvariantResult Result => new(id, claim, _counted, _violations, _example);
}
