using PaymentPipeline.Client;

namespace PaymentPipeline.Ops.Orders;

/// <summary>An order that ended differently, and how.</summary>
internal sealed record OddOrder(Order Order, string What);

/// <summary>
/// A small order service, as a shop would write one: it plays orders through the API, eight at a time, follows the event feed, and
/// holds how each order ended against how it should.
/// </summary>
internal sealed class OrderService : IDisposable
{
    public static readonly string[] Scopes = ["payments:read", "payments:write", "refunds:write", "methods:write"];

    private const int AtATime = 8;
    private readonly HttpClient _http;
    private readonly PayerBrowser _browser = new();
    private readonly PaymentPipelineClient _api;
    private readonly TestTokens _tokens;
    private readonly Dictionary<string, OrderNews> _news;
    private readonly Lock _lock = new();
    private readonly List<OddOrder> _odd = [];
    private int _ended;

    /// <param name="api">The API's address.</param>
    /// <param name="token">Good for as long as the orders take.</param>
    public OrderService(Uri api, string token, TestTokens tokens, IReadOnlyList<Order> orders)
    {
        (Orders, _tokens) = (orders, tokens);
        _http = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(60) };
        _api = new PaymentPipelineClient(_http, _ => ValueTask.FromResult(token));
        _news = orders.ToDictionary(order => order.Id, _ => new OrderNews());
    }

    public IReadOnlyList<Order> Orders { get; }

    /// <summary>Orders that are over, in whatever way.</summary>
    public int Ended => Volatile.Read(ref _ended);

    public IReadOnlyList<OddOrder> Odd
    {
        get
        {
            lock (_lock) return [.. _odd];
        }
    }

    /// <summary>Until every order has ended, or had its time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Orders.Count == 0) return;
        var now = await _api.Events.ReadAsync("latest", cancellationToken: cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(now.Cursor, ended.Token);
        try
        {
            await Parallel.ForEachAsync(
                Orders, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
                async (order, cancellation) => await PlayAsync(order, cancellation));
        }
        finally
        {
            await ended.CancelAsync();
            await following;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _browser.Dispose();
    }

    private async Task PlayAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            await new OrderFlow(_api, _browser, _tokens, order, _news[order.Id]).PlayAsync(cancellationToken);
        }
        catch (Exception e) when (e is OrderException or HttpRequestException)
        {
            Note(order, e.Message);
        }
        catch (PaymentPipelineException refused)
        {
            Note(order, $"{refused.Code}: {refused.Message}");
        }
        Interlocked.Increment(ref _ended);
    }

    private void Note(Order order, string what)
    {
        lock (_lock) _odd.Add(new OddOrder(order, what));
    }

    private async Task FollowAsync(string cursor, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var fed in _api.Events.StreamAsync(cursor, cancellationToken))
                if (fed.Event.Data.OrderId is { } id && _news.TryGetValue(id, out var news))
                    news.Tell(fed.Event);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // All orders have ended.
        }
        catch (PaymentPipelineException refused)
        {
            foreach (var news in _news.Values) news.End(refused);
        }
    }
}
