using PaymentPipeline.Api;
using PaymentPipeline.Hosting;

return await ApiApp.Create(args).RunServiceAsync();
