using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Gateways;

/// <summary>What a gateway is made from: its configuration section, the process's services, and a list for problems.</summary>
public sealed class GatewaySetup(IConfigurationSection section, IServiceProvider services)
{
    /// <summary>The account without a name in the URL.</summary>
    public const string DefaultAccount = "default";

    private const string AccountsMember = "Accounts";
    private readonly List<string> _problems = [];

    public IServiceProvider Services { get; } = services;

    public TimeProvider Time { get; } = services.GetRequiredService<TimeProvider>();

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>
    /// The configured accounts with the section of each: the gateway's own section is "default" when it has any member of
    /// an account, and each section below <c>Accounts</c> is one more with the same members.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, IConfigurationSection>> ReadAccounts()
    {
        var accounts = new List<KeyValuePair<string, IConfigurationSection>>();
        if (section.GetChildren().Any(child => !child.Key.Equals(AccountsMember, StringComparison.OrdinalIgnoreCase)))
            accounts.Add(new(DefaultAccount, section));
        foreach (var account in section.GetSection(AccountsMember).GetChildren())
        {
            if (!IsAccountName(account.Key)) Problem(account, "is no account name: 1 to 64 of a-z A-Z 0-9 _ -, and not \"default\"");
            accounts.Add(new(account.Key, account));
        }

        if (accounts.Count == 0) Problem(section, "has no account");
        return accounts;
    }

    /// <summary>Binds plain members; a value of the wrong type is a problem and leaves the defaults.</summary>
    public T Bind<T>(IConfigurationSection from)
        where T : class, new()
    {
        try
        {
            return from.Get<T>() ?? new T();
        }
        catch (InvalidOperationException problem)
        {
            Problem(from, problem.Message);
            return new T();
        }
    }

    /// <summary>Notes what is wrong; the process then refuses to start, naming all problems at once. Never a secret's value.</summary>
    public void Problem(IConfigurationSection at, string what)
    {
        ArgumentNullException.ThrowIfNull(at);
        _problems.Add($"{at.Path} {what}.");
    }

    internal static bool TryParseInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        var hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        return text.Contains('T', StringComparison.Ordinal) && hasOffset
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant);
    }

    private static bool IsAccountName(string name) =>
        name.Length is > 0 and <= 64
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && !name.Equals(DefaultAccount, StringComparison.OrdinalIgnoreCase);
}
