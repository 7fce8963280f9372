using PaymentPipeline.Hosting;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("api");

var app = builder.Build();
app.MapServiceDefaults();
return await app.RunServiceAsync();
