using System.Net;
using System.Net.Sockets;

namespace PaymentPipeline.Ops.Running;

/// <summary>The ports of one system, counted from a base: api, ingress, processors, simulator, and Kafka's two.</summary>
internal sealed record Ports(int Api, int Ingress, int Processors, int Simulator, int Kafka)
{
    public static Ports From(int portBase) => new(portBase, portBase + 1, portBase + 2, portBase + 3, portBase + 4);

    /// <exception cref="UserErrorException">One is in use; the message names it.</exception>
    public void RequireFree(bool withKafka)
    {
        foreach (var (port, use) in new[] { (Api, "api"), (Ingress, "ingress"), (Processors, "processors"), (Simulator, "simulator") })
            RequireFree(port, use);
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
