namespace PaymentPipeline.Api.Payments;

/// <summary>The words of <c>captureMethod</c>.</summary>
internal static class CaptureMethods
{
    /// <summary>The money is taken as soon as it is authorised. The default.</summary>
    public const string Automatic = "automatic";

    /// <summary>The money is held until a capture, or a cancel.</summary>
    public const string Manual = "manual";
}
