using System.Text.Json;

namespace PaymentPipeline.Load.Growth;

/// <summary>What books were grown to, kept in the data folder of their system: so they can be measured again.</summary>
internal static class GrownBooks
{
    private const string FileName = "grown.json";

    public static async Task KeepAsync(Growth growth, DirectoryInfo data, CancellationToken cancellationToken) =>
        await File.WriteAllTextAsync(Path.Combine(data.FullName, FileName), JsonSerializer.Serialize(growth), cancellationToken);

    /// <exception cref="UserErrorException">They were never grown.</exception>
    public static async Task<Growth> ReadAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        var file = Path.Combine(data.FullName, FileName);
        if (!File.Exists(file)) throw new UserErrorException(
            $"{file} is not there: fill the books of that system first, './pipeline load grow --data {data.FullName}'.");
        return JsonSerializer.Deserialize<Growth>(await File.ReadAllTextAsync(file, cancellationToken))
            ?? throw new UserErrorException($"{file} is empty: grow the books again.");
    }
}
