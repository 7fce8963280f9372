using PaymentPipeline.Hosting;
using PaymentPipeline.Ingress;

return await IngressApp.Create(args).RunServiceAsync();
