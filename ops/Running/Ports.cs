using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.Ops.Running;

/// <summary>
/// The ports of one system, counted from a base: api, ingress, processors, simulator, Kafka's two, then two each for further instances
/// of ingress and processors.
/// </summary>
internal sealed record Ports(int Api, int Ingress, int Processors, int Simulator, int Kafka)
{
    public static Ports From(int portBase) => new(portBase, portBase + 1, portBase + 2, portBase + 3, portBase + 4);

    /// <param name="number">From 1.</param>
    public int IngressOf(int number) => number == 1 ? Ingress : Kafka + number;

    /// <param name="number">From 1.</param>
    public int ProcessorsOf(int number) => number == 1 ? Processors : Kafka + 2 + number;

    /// <exception cref="UserErrorException">One is in use; the message names it.</exception>
    public void RequireFree(bool withKafka, Instances instances)
    {
        RequireFree(Api, "api");
        for (var number = 1; number <= instances.Ingresses; number++) RequireFree(IngressOf(number), "ingress");
        for (var number = 1; number <= instances.Processors; number++) RequireFree(ProcessorsOf(number), "processors");
        RequireFree(Simulator, "simulator");
        if (!withKafka) return;
        RequireFree(Kafka, "the Kafka broker");
        RequireFree(Kafka + 1, "the Kafka controller");
    }

    private static void RequireFree(int port, string use)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = false };
            probe.Start();
        }
        catch (SocketException)
        {
            throw new UserErrorException($"port {port} ({use}) is in use: stop what holds it, or choose other ports with --port-base N.");
        }
    }
}
