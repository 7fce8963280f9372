using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.OpenApi;

/// <summary>What the document says about one operation beyond what its route's parameters tell.</summary>
/// <param name="Route">Method and address as mapped: "POST /v1/payments".</param>
/// <param name="Name">The operation's id, for generated clients.</param>
internal sealed record OperationWords(string Route, string Name, string Tag, string Summary)
{
    public string Description { get; init; } = Summary;
    public int Status { get; init; } = 200;

    /// <summary>Whether the answer may be 202: the outcome is not known yet, or the gateway tells it later.</summary>
    public bool MayBePending { get; init; }

    /// <summary>Null where the answer has no body.</summary>
    public Type? Answer { get; init; }
    public string AnswerMediaType { get; init; } = "application/json";
    public bool HasETag { get; init; }
    public string? RequestExample { get; init; }
    public IReadOnlyList<QueryWords> Query { get; init; } = [];

    /// <summary>Those that only this operation can answer with.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}

internal sealed record QueryWords(string Name, string Description, bool IsNumber = false)
{
    public bool IsRequired { get; init; }
}
