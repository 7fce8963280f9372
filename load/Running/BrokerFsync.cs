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
    private const string FlushMessages = "flush.messages";
    private const string Never = "9223372036854775807";

    public static async Task TurnOffAsync(RunningSystem system)
    {
        NativeClient.Load();
        var servers = system.Setting("EventLog__Kafka__BootstrapServers");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        string[] topics = [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal"), Topics.PaymentEvents];
        var known = await admin.DescribeConfigsAsync(
            topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }));
        // What is not named here goes back to the broker's default.
        await admin.AlterConfigsAsync(known.ToDictionary(
            topic => topic.ConfigResource,
            topic => topic.Entries.Values
                .Where(entry => entry.Source == ConfigSource.DynamicTopicConfig && entry.Name != FlushMessages)
                .Select(entry => new ConfigEntry { Name = entry.Name, Value = entry.Value })
                .Append(new ConfigEntry { Name = FlushMessages, Value = Never })
                .ToList()));
    }
}
