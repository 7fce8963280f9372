using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PaymentPipeline.Integration.Tests.Hosting;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>The ingress as users run it: a process with an environment, signals and an exit code.</summary>
public sealed class ProcessTests
{
    private const string Ingress = "PaymentPipeline.Ingress";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SIGTERM_answers_what_is_in_flight_refuses_what_is_new_and_exits_0()
    {
        var database = await IngressFixture.DatabaseAsync();
        await using var ingress = ServiceProcess.Start(Ingress, Environment(database));
        await ReadyAsync(await ingress.LiveAsync());
        var body = StripeWebhook.Body(padding: 2000);
        using var inFlight = await RawConnection.OpenAsync(ingress.Address);
        await inFlight.SendAsync(StripeWebhook.Head(body));
        await inFlight.SendAsync(body[..1000]);

        ingress.Terminate();
        await Eventually.Async(() => IsRefusedAsync(ingress.Address), Soon);
        Assert.False(ingress.HasExited);
        await inFlight.SendAsync(body[1000..]);

        Assert.Equal(200, (await inFlight.ReadAsync())?.Status);
        Assert.Equal(0, await ingress.ExitAsync(Soon));
        Assert.All(ingress.Output, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        Assert.Contains(ingress.Output, line => line.Contains("ingress 0.", StringComparison.Ordinal));
        Assert.DoesNotContain(ingress.Output, line => line.Contains("evt_test_", StringComparison.Ordinal));
        await using var reader = await IngressServer.StartReadyAsync(database);
        await reader.RecordOfAsync("stripe", body);
    }

    [Fact]
    public async Task With_a_delay_it_is_not_ready_before_it_takes_no_more()
    {
        await using var ingress = ServiceProcess.Start(Ingress, Environment(await IngressFixture.DatabaseAsync(), ("Stop__DelaySeconds", "3")));
        await ReadyAsync(await ingress.LiveAsync());
        using var http = new HttpClient { BaseAddress = ingress.Address };

        ingress.Terminate();
        await Eventually.Async(
            async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2.5));

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(StripeWebhook.Request(StripeWebhook.Body()))).StatusCode);
        Assert.Equal(0, await ingress.ExitAsync(Soon));
    }

    [Fact]
    public async Task A_wrong_configuration_is_one_message_with_every_problem_and_exit_code_1()
    {
        await using var ingress = ServiceProcess.Start(Ingress, Environment(
            await IngressFixture.DatabaseAsync(), ("Ingress__MaxInFlight", "0"), ("Ingress__AppendTimeoutMs", "5"), ("Stop__DelaySeconds", "99")));

        Assert.Equal(1, await ingress.ExitAsync(Soon));

        var message = string.Join('\n', ingress.Errors);
        Assert.StartsWith("ingress cannot start", message, StringComparison.Ordinal);
        Assert.Contains("Ingress:MaxInFlight", message, StringComparison.Ordinal);
        Assert.Contains("Ingress:AppendTimeoutMs", message, StringComparison.Ordinal);
        Assert.Contains("Stop:DelaySeconds", message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", message + string.Join('\n', ingress.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task H128_a_secret_that_was_cut_off_refuses_the_start_with_its_setting_and_without_its_value()
    {
        await using var ingress = ServiceProcess.Start(
            Ingress, Environment(await IngressFixture.DatabaseAsync(), ("Gateways__Stripe__WebhookSecrets__1", "whsec_cut_off_somewhere")));

        Assert.Equal(1, await ingress.ExitAsync(Soon));

        Assert.Contains(ingress.Errors, line => line.Contains("Gateways:Stripe:WebhookSecrets:1 is too short", StringComparison.Ordinal));
        Assert.DoesNotContain("cut_off_somewhere", string.Join('\n', [.. ingress.Errors, .. ingress.Output]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_of_the_wrong_type_is_one_line_and_exit_code_1()
    {
        await using var ingress = ServiceProcess.Start(
            Ingress, Environment(await IngressFixture.DatabaseAsync(), ("Ingress__MaxInFlight", "many")));

        Assert.Equal(1, await ingress.ExitAsync(Soon));

        Assert.Contains("Ingress:MaxInFlight", Assert.Single(ingress.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var ingress = ServiceProcess.Start(
            Ingress, Environment(await IngressFixture.DatabaseAsync()), ((IPEndPoint)taken.LocalEndpoint).Port);

        Assert.Equal(1, await ingress.ExitAsync(Soon));

        Assert.Contains("in use", Assert.Single(ingress.Errors), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string database, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["Database__ConnectionString"] = database,
            ["Gateways__Stripe__WebhookSecrets__0"] = IngressServer.Secret,
        };
        foreach (var (name, value) in more) environment[name] = value;
        return environment;
    }

    private static async Task ReadyAsync(ServiceProcess ingress)
    {
        using var http = new HttpClient { BaseAddress = ingress.Address };
        await Eventually.Async(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, Soon);
    }

    private static async Task<bool> IsRefusedAsync(Uri address)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(address);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
