namespace PaymentPipeline.Simulator.Shop;

/// <summary>Adyen's items on their way into one request.</summary>
internal sealed class AdyenBatch
{
    private static readonly (int, int)[] Sizes = [(60, 1), (20, 2), (10, 3), (6, 4), (4, 5)];

    public List<Telling> Items { get; } = [];
    public int Size { get; set; }

    public static int ChooseSize(Random random) => Dice.Choose(random, Sizes);

    public Webhook Close()
    {
        var webhook = Wrap([.. Items]);
        Items.Clear();
        return webhook;
    }

    public static Webhook Wrap(Telling[] items, Forgery forgery = Forgery.None)
    {
        var head = "{\"live\":\"false\",\"notificationItems\":["u8;
        var body = new MemoryStream(head.Length + items.Sum(item => item.Body.Length + 1) + 2);
        body.Write(head);
        for (var index = 0; index < items.Length; index++)
        {
            if (index > 0) body.WriteByte((byte)',');
            body.Write(items[index].Body);
        }
        body.Write("]}"u8);
        return new Webhook { Gateway = "adyen", Account = items[0].Account, Tellings = items, Body = body.ToArray(), Forgery = forgery };
    }
}
