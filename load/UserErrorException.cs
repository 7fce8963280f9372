namespace PaymentPipeline.Load;

/// <summary>Something the person at the terminal can mend: printed as one line, without a stack trace. Exit status 2.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
