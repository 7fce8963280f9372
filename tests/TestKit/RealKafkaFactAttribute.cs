using Xunit;

namespace PaymentPipeline.TestKit;

/// <summary>Needs a real broker: <c>KAFKA_HOME</c>, or one that runs already (<c>EventLog__Kafka__BootstrapServers</c>).</summary>
public sealed class RealKafkaFactAttribute : FactAttribute
{
    public RealKafkaFactAttribute()
    {
        if (KafkaBroker.Home is null && KafkaBroker.Running is null)
            Skip = "Needs a real Kafka: KAFKA_HOME names no download and EventLog__Kafka__BootstrapServers no running broker.";
    }
}

/// <summary>Needs a broker of its own, to kill or to set up in a certain way: <c>KAFKA_HOME</c>.</summary>
public sealed class OwnKafkaFactAttribute : FactAttribute
{
    public OwnKafkaFactAttribute()
    {
        if (KafkaBroker.Home is null) Skip = "Needs a Kafka of its own to break: KAFKA_HOME names no download.";
    }
}
