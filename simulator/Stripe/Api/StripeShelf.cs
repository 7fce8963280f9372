namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>All objects of one kind, by id and in the order in which they were made.</summary>
/// <param name="kept">How many of the newest are kept.</param>
internal sealed class StripeShelf<T>(string what, int kept = int.MaxValue)
    where T : class
{
    private const int LimitDefault = 10;

    private readonly Dictionary<string, (T Item, int Place)> _byId = [];

    // Null: not kept any more.
    private readonly List<(string Id, T? Item)> _inOrder = [];

    public void Add(string id, T item)
    {
        _byId.Add(id, (item, _inOrder.Count));
        _inOrder.Add((id, item));
        if (_inOrder.Count <= kept) return;
        var oldest = _inOrder.Count - kept - 1;
        _byId.Remove(_inOrder[oldest].Id);
        _inOrder[oldest] = ("", null);
    }

    /// <exception cref="StripeRefusalException">There is none of that id: 404.</exception>
    public T Get(string id) => Find(id) ?? throw StripeErrors.Missing(what, id);

    public T? Find(string id) => _byId.TryGetValue(id, out var found) ? found.Item : null;

    /// <summary>Newest first, as all of Stripe's lists: <c>limit</c>, <c>starting_after</c>, <c>ending_before</c>.</summary>
    public string List(StripeParams p, string url, Func<T, bool> fits, Func<T, string> write)
    {
        var limit = p.Integer("limit") ?? LimitDefault;
        if (limit is < 1 or > 100) throw StripeErrors.Invalid(null, "Invalid limit: from 1 to 100.", "limit");
        var place = p.Text("starting_after") is { } after ? PlaceOf(after, "starting_after") - 1 : _inOrder.Count - 1;
        var stop = p.Text("ending_before") is { } before ? PlaceOf(before, "ending_before") : -1;
        p.RefuseUnknown();

        List<string> page = [];
        for (; place > stop; place--)
        {
            if (_inOrder[place].Item is not { } item || !fits(item)) continue;
            if (page.Count == limit) return Page(page, url, hasMore: true);
            page.Add(write(item));
        }
        return Page(page, url, hasMore: false);
    }

    public IEnumerable<T> NewestFirst() => _inOrder.AsEnumerable().Reverse().Select(entry => entry.Item).OfType<T>();

    public static string Page(List<string> items, string url, bool hasMore, string kind = "list") =>
        $$"""{ "object": "{{kind}}", "data": [{{string.Join(", ", items)}}], "has_more": {{(hasMore ? "true" : "false")}}, "url": "{{url}}" }""";

    private int PlaceOf(string id, string param) =>
        _byId.TryGetValue(id, out var found) ? found.Place : throw StripeErrors.Missing(what, id, param);
}
