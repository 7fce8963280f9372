namespace PaymentPipeline.Gateways;

/// <summary>The section that holds one section per gateway. Each gateway's own options are described in its folder.</summary>
public sealed class GatewaysOptions
{
    public const string Section = "Gateways";
}
