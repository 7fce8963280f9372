namespace PaymentPipeline.EventLog.Kafka;

/// <summary>Settings of the Kafka engine; <c>EventLog__Kafka__…</c> in the environment.</summary>
public sealed class KafkaLogOptions
{
    /// <summary><c>host:port,…</c>; required by the Kafka engine.</summary>
    public string BootstrapServers { get; set; } = "";
}
