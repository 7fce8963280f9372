namespace PaymentPipeline.Client;

/// <summary>The API refused, or could not be asked. <see cref="Code"/> is stable: decide by it, never by the message.</summary>
public sealed class PaymentPipelineException : Exception
{
    public PaymentPipelineException() { }
    public PaymentPipelineException(string message) : base(message) { }
    public PaymentPipelineException(string message, Exception innerException) : base(message, innerException) { }

    internal PaymentPipelineException(int status, string code, string? member, string message, Payment? payment = null)
        : base(message) => (Status, Code, Member, Payment) = (status, code, member, payment);

    /// <summary>HTTP status; 0 when there was no answer.</summary>
    public int Status { get; }

    /// <summary>"amount_too_large", "idempotency_key_reused" ...; "unreachable" when there was no answer.</summary>
    public string Code { get; } = "unreachable";

    /// <summary>The member, header or parameter at fault; null when it is none.</summary>
    public string? Member { get; }

    /// <summary>The payment as it stands, where the gateway refused or declined; its status says whether to try again.</summary>
    public Payment? Payment { get; }
}
