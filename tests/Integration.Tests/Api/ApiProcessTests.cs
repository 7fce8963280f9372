using System.Net.Http.Headers;
using System.Text;
using PaymentPipeline.Integration.Tests.Hosting;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>The API as a process: what it refuses to start with, and what its log does not hold.</summary>
public sealed class ApiProcessTests
{
    private const string Program = "PaymentPipeline.Api";

    [Fact]
    public async Task Without_settings_it_names_every_problem_at_once_and_ends()
    {
        await using var process = ServiceProcess.Start(Program, new Dictionary<string, string> { ["Auth__ClockSkewSeconds"] = "1000" });

        Assert.Equal(1, await process.ExitAsync(TimeSpan.FromMinutes(1)));
        var errors = string.Join('\n', process.Errors);
        foreach (var named in new[] { "Auth:Issuer", "Auth:Audience", "Auth:SigningKeys:0", "Auth:ClockSkewSeconds", "ConnectionString" })
            Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H118_H120_card_numbers_and_hostile_texts_are_in_no_line_of_the_log()
    {
        using var tokens = new Tokens();
        await using var process = ServiceProcess.Start(Program, new Dictionary<string, string>
        {
            ["Database__ConnectionString"] = "Host=127.0.0.1;Port=1;Database=none;Username=none",
            ["Auth__Issuer"] = Tokens.Issuer, ["Auth__Audience"] = Tokens.Audience, ["Auth__SigningKeys__0"] = tokens.PublicPem,
            ["Logging__LogLevel__Default"] = "Trace",
        });
        await process.LiveAsync();
        using var http = new HttpClient { BaseAddress = process.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Good());

        foreach (var path in new[] { "/v1/events?after=4111111111111111", "/v1/x/4111111111111111", "/v1/%0d%0aInjected%3a%20yes", "/v1/events?after=${jndi:x}%1b[31m" })
        {
            await http.GetAsync(path);
            using var body = new StringContent("""{"reference":"4111 1111 1111 1111","cvv":"987"}""", Encoding.UTF8, "application/json");
            await http.PostAsync(path, body);
        }

        Assert.DoesNotContain(process.Output, line => line.Contains("4111", StringComparison.Ordinal) || line.Contains("987", StringComparison.Ordinal));
        Assert.DoesNotContain(process.Output, line => line.Contains('\u001b'));
        Assert.All(process.Output.Where(line => line.Length > 0), line => Assert.StartsWith("{", line, StringComparison.Ordinal));
    }
}
