using PaymentPipeline.Hosting;
using PaymentPipeline.Ingress;

// The thread that polls a socket handles what came in on it: no queue, no other thread to wake (docs/decisions/0019). .NET has no other way
// to say it and reads it with the first socket; 0 from outside switches it off.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");

return await IngressApp.Create(args).RunServiceAsync();
