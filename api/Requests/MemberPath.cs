namespace PaymentPipeline.Api.Requests;

/// <summary>How a member is named to the caller: <c>billing.lines[2].amount</c>, at most 100 characters.</summary>
internal static class MemberPath
{
    private const int LengthMax = 100;

    /// <param name="jsonPath">As the serializer names it, with a leading <c>$.</c></param>
    public static string From(string? jsonPath)
    {
        var path = jsonPath is null or "$" ? "$" : jsonPath.StartsWith("$.", StringComparison.Ordinal) ? jsonPath[2..] : jsonPath;
        return path.Length <= LengthMax ? path : path[..LengthMax] + "…";
    }

    public static string Of(string parent, string name) => From(parent.Length == 0 ? name : $"{parent}.{name}");
}
