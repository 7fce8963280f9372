namespace PaymentPipeline.Simulator.Shop;

/// <summary>Webhooks that are not authentic and would move money if they were believed.</summary>
internal static class Forgeries
{
    /// <summary>A genuine webhook with one figure changed, under its genuine signature.</summary>
    public static Webhook Change(Webhook genuine, Signing signing)
    {
        var body = (byte[])genuine.Body.Clone();
        var digit = FigureOf(body);
        body[digit] = body[digit] == (byte)'9' ? (byte)'1' : (byte)(body[digit] + 1);
        var changed = new Webhook
        {
            Gateway = genuine.Gateway, Account = genuine.Account, Body = body, Forgery = Forgery.ChangedBody,
            Tellings = [.. genuine.Tellings.Select(telling => telling with { About = null })],
        };
        signing.PrepareChanged(changed, genuine);
        return changed;
    }

    /// <summary>A webhook of an order that never was, signed with a secret of the forger's own, too long ago, or not at all.</summary>
    public static Webhook Invent(Lives lives, int number, Signing signing, Random random)
    {
        Life life;
        do life = lives.MakeForged(number++, signing.ForgedAdyen);
        while (life.Tellings.Count == 0);

        var telling = life.Tellings[random.Next(life.Tellings.Count)] with { About = null };
        if (telling.IsItem) return AdyenBatch.Wrap([telling], Forgery.WrongSecret);

        var forgery = telling.Gateway == "stripe"
            ? Dice.OneOf(random, Forgery.WrongSecret, Forgery.ExpiredTime, Forgery.NoSignature)
            : Dice.OneOf(random, Forgery.WrongSecret, Forgery.NoSignature);
        var forged = new Webhook
        {
            Gateway = telling.Gateway, Account = telling.Account, Tellings = [telling], Body = telling.Body, Forgery = forgery,
        };
        signing.Prepare(forged, random);
        return forged;
    }

    /// <summary>The first digit of an amount; where the body has none, its last digit.</summary>
    private static int FigureOf(ReadOnlySpan<byte> body)
    {
        foreach (var name in (ReadOnlySpan<string>)["\"amount\": ", "\"value\":\"", "\"value\":"])
        {
            var start = body.IndexOf(System.Text.Encoding.ASCII.GetBytes(name));
            if (start >= 0 && char.IsAsciiDigit((char)body[start + name.Length])) return start + name.Length;
        }
        return body.LastIndexOfAnyInRange((byte)'0', (byte)'9');
    }
}
