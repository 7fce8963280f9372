using System.Text.Json;
using PaymentPipeline.Load.Results;
using Xunit;

namespace PaymentPipeline.Load.Tests.Results;

public sealed class ReportFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task What_is_written_is_read_again_whole()
    {
        var report = SampleRun.Report();

        await ReportFile.WriteAsync(report, file);
        var again = await ReportFile.ReadAsync(file);

        Assert.Equal(JsonSerializer.Serialize(report), JsonSerializer.Serialize(again));
    }

    [Fact]
    public async Task The_form_is_camel_case_with_its_schema()
    {
        await ReportFile.WriteAsync(SampleRun.Report(), file);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file));

        Assert.Equal(1, json.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal(19, json.RootElement.GetProperty("summary").GetProperty("latency").GetProperty("p99").GetDouble());
        Assert.Equal("ingress", json.RootElement.GetProperty("samples")[0].GetProperty("processes")[0].GetProperty("name").GetString());
    }

    [Theory, InlineData("{}"), InlineData("no json"), InlineData("""{"schema":2}""")]
    public async Task What_is_no_report_is_named_as_such(string content)
    {
        await File.WriteAllTextAsync(file, content);

        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => ReportFile.ReadAsync(file));

        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
    }
}
