using System.CommandLine;
using PaymentPipeline.Simulator.Commands;

var root = new RootCommand(
    "Stands in for Stripe, Adyen and PayPal: plays a shop, signs webhooks as they do, and keeps the truth to compare with.")
{
    ServeCommand.Create(TimeProvider.System),
    ShopCommand.Create(TimeProvider.System),
};
return await root.Parse(args).InvokeAsync();
