using System.Text.Json;

namespace PaymentPipeline.Ops.Verify;

/// <summary>A webhook that the simulator sent: how often it was accepted, and whether it was forged.</summary>
/// <param name="AcceptedAt">Unix time in milliseconds, each time.</param>
internal sealed record SentWebhook(string Gateway, string Account, string BodySha256, IReadOnlyList<long> AcceptedAt, bool Forged);

/// <summary>What is true of a payment at its gateway, by the simulator.</summary>
internal sealed record TruePayment(
    string Gateway, string Account, string GatewayPaymentId, string Currency, string Status, long Authorized, long Captured,
    long Refunded, long RefundPending, long Disputed, long Fees, IReadOnlyDictionary<string, int> Events);

/// <summary>The simulator's ground truth, of all its runs in one folder. Absent where real gateways send.</summary>
internal sealed class Truth
{
    private readonly string[] _runs;

    private Truth(string[] runs) => _runs = runs;

    /// <summary>Null when there is none.</summary>
    public static Truth? Find(DirectoryInfo data)
    {
        var folder = Path.Combine(data.FullName, "simulator");
        if (!Directory.Exists(folder)) return null;
        var runs = Directory.GetFiles(folder, "payments.jsonl", SearchOption.AllDirectories).Select(file => Path.GetDirectoryName(file)!)
            .Order().ToArray();
        return runs.Length == 0 ? null : new Truth(runs);
    }

    public IEnumerable<SentWebhook> Webhooks() => Lines("webhooks.jsonl").Select(line => new SentWebhook(
        Text(line, "gateway"), Text(line, "account"), Text(line, "sha256"), Times(line, "acceptedAt"), Flag(line, "forged")));

    /// <summary>
    /// Payments of which everything was delivered; what was dropped on purpose cannot be known to us. A payment that goes on by the
    /// gateway's API is written again and again: its last line stands.
    /// </summary>
    public IEnumerable<TruePayment> Payments() =>
        LastLines("payments.jsonl").Where(line => Flag(line, "complete")).Select(line => new TruePayment(
        Text(line, "gateway"), Text(line, "account"), Text(line, "gatewayPaymentId"), Text(line, "currency"), Text(line, "status"),
        Number(line, "authorized"), Number(line, "captured"), Number(line, "refunded"), Number(line, "refundPending"),
        Number(line, "disputed"), Number(line, "fees"), Events(line)));

    private static Dictionary<string, int> Events(JsonElement line)
    {
        var events = new Dictionary<string, int>();
        foreach (var expected in line.GetProperty("events").EnumerateArray())
        {
            var type = Text(expected, "type");
            events[type] = events.GetValueOrDefault(type) + expected.GetProperty("count").GetInt32();
        }
        return events;
    }

    private Dictionary<(string, string, string), JsonElement>.ValueCollection LastLines(string file)
    {
        var last = new Dictionary<(string, string, string), JsonElement>();
        foreach (var line in Lines(file)) last[(Text(line, "gateway"), Text(line, "account"), Text(line, "gatewayPaymentId"))] = line;
        return last.Values;
    }

    private IEnumerable<JsonElement> Lines(string file)
    {
        foreach (var run in _runs)
        {
            var path = Path.Combine(run, file);
            if (!File.Exists(path)) continue;
            foreach (var line in File.ReadLines(path))
            {
                // A run that was killed may leave half a line behind; it is the last.
                if (!line.EndsWith('}')) continue;
                yield return JsonElement.Parse(line);
            }
        }
    }

    private static string Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static bool Flag(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static long[] Times(JsonElement line, string name) =>
        line.TryGetProperty(name, out var times) ? [.. times.EnumerateArray().Select(time => time.GetInt64())] : [];
}
