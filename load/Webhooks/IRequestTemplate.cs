namespace PaymentPipeline.Load.Webhooks;

/// <summary>A whole HTTP/1.1 request, ready but for the payment's number, the time and the signature.</summary>
internal interface IRequestTemplate
{
    int Length { get; }

    /// <summary>How many events of the gateway it carries.</summary>
    int Events { get; }

    void Write(Span<byte> destination, long payment, RequestSigner signer);
}
