using PaymentPipeline.Hosting;
using PaymentPipeline.Processors;

return await ProcessorsApp.Create(args).RunServiceAsync();
