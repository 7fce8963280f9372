using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api;

/// <summary>Settings of the API; <c>Api__…</c> in the environment.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>
    /// How long a request that moves money waits for its outcome, 1 to 120; default 30 seconds. Past it the caller gets 202 and the
    /// work goes on.
    /// </summary>
    public int RequestDeadlineSeconds { get; set; } = 30;

    /// <summary>The largest amount of one payment, in minor units of any currency. Default 99,999,999,999.</summary>
    public long AmountMax { get; set; } = 99_999_999_999;

    /// <summary>The hosts that a returnUrl may name, exactly. Default none: any public host.</summary>
    public IList<string> ReturnUrlHosts { get; } = [];

    /// <summary>How often operations that nobody works on are looked for, 50 to 60,000; default 1,000 milliseconds.</summary>
    public int CompleterPollMs { get; set; } = 1_000;

    /// <summary>How many operations the completer works on at a time, 1 to 256; default 16.</summary>
    public int CompleterLanes { get; set; } = 16;
}

internal sealed class ApiOptionsValidator : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var problems = new List<string>();
        void Require(bool good, string problem)
        {
            if (!good) problems.Add($"{ApiOptions.Section}:{problem}.");
        }

        Require(options.RequestDeadlineSeconds is >= 1 and <= 120, "RequestDeadlineSeconds must be 1 to 120");
        Require(options.AmountMax is >= 1 and <= 999_999_999_999_999, "AmountMax must be 1 to 999999999999999");
        Require(options.CompleterPollMs is >= 50 and <= 60_000, "CompleterPollMs must be 50 to 60000");
        Require(options.CompleterLanes is >= 1 and <= 256, "CompleterLanes must be 1 to 256");
        foreach (var host in options.ReturnUrlHosts)
            Require(Uri.CheckHostName(host) == UriHostNameType.Dns, $"ReturnUrlHosts holds '{host}', which is no host name");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
