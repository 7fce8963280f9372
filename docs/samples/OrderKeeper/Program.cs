using PaymentPipeline.Client;
using PaymentPipeline.Samples.OrderKeeper;

// dotnet run -- FILE feed http://127.0.0.1:8080/ TOKEN      or      dotnet run -- FILE kafka 127.0.0.1:9092
if (args is not [var file, ("feed" or "kafka") and var source, var address, ..])
{
    await Console.Error.WriteLineAsync("usage: OrderKeeper FILE feed API-ADDRESS TOKEN | OrderKeeper FILE kafka BROKERS");
    return 2;
}

var orders = Orders.Open(file);
var patience = TimeSpan.FromSeconds(5);
void Tell(PaymentEvent told) => Console.WriteLine(
    $"{told.Data.OrderId}  {told.Type} #{told.Sequence}  {told.Data.Status}  captured {told.Data.AmountCaptured} "
    + $"refunded {told.Data.AmountRefunded} {told.Data.Currency}");

if (source == "feed")
{
    using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(90) };
    var token = args[3];
    await FromFeed.ReadAsync(orders, new PaymentPipelineClient(http, _ => new(token)).Events, patience, Tell, CancellationToken.None);
}
else FromTopic.Read(orders, address, patience, Tell, CancellationToken.None);
Console.WriteLine($"{orders.All().Count()} orders.");
return 0;
