namespace PaymentPipeline.Ops;

/// <summary>Something the person at the terminal can mend: printed as one line, without a stack trace. Exit status 2.</summary>
public sealed class UserErrorException : Exception
{
    public UserErrorException() { }
    public UserErrorException(string message) : base(message) { }
    public UserErrorException(string message, Exception innerException) : base(message, innerException) { }
}
