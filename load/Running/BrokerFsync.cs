using Confluent.Kafka;
using Confluent.Kafka.Admin;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;

namespace PaymentPipeline.Load.Running;

/// <summary>
/// Takes the fsync before the acknowledgement from the topics of a single broker, to show what it costs. Only a run may do so: our
/// services refuse such topics when they start, and their health reports them.
/// </summary>
internal static class BrokerFsync
{
    private const string Never = "9223372036854775807";

    public static async Task TurnOffAsync(RunningSystem system)
    {
        NativeClient.Load();
        var servers = system.Setting("EventLog__Kafka__BootstrapServers");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        string[] topics = [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal"), Topics.PaymentEvents];
        await admin.IncrementalAlterConfigsAsync(topics.ToDictionary(
            topic => new ConfigResource { Type = ResourceType.Topic, Name = topic },
            _ => new List<ConfigEntry>
            {
                new() { Name = "flush.messages", Value = Never, IncrementalOperation = AlterConfigOpType.Set },
            }));
    }
}
