using System.Buffers;
using System.Text.Json;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// The ground truth of a run, for a checker: append-only JSON lines, written as things are settled. Runs into the same folder
/// add up. <c>summary.json</c> says <c>"complete": true</c> only after the last line of a run is on the disk; while a run is
/// under way, or after a crash of the simulator, it says false.
/// </summary>
internal sealed class TruthFolder : IDisposable
{
    private readonly Lock _lock;
    private readonly string _folder;
    private readonly Dictionary<string, FileStream> _files = [];
    private readonly HashSet<TruthRecord> _open = [];
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json;

    /// <param name="shared">The lock that guards the records themselves, where others change them. Null: nobody does.</param>
    public TruthFolder(string folder, Lock? shared = null)
    {
        _lock = shared ?? new Lock();
        Directory.CreateDirectory(folder);
        _folder = folder;
        _json = new Utf8JsonWriter(_line);
        foreach (var name in new[] { "payments.jsonl", "methods.jsonl", "payouts.jsonl", "webhooks.jsonl" })
            _files[name] = new FileStream(
                Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 128 * 1024);
        WriteSummary(new RunProgress { Running = true }, complete: false);
    }

    /// <summary>A copy of the webhook is about to leave: what it tells of stays open until it is settled.</summary>
    public void Expect(Webhook webhook)
    {
        if (!webhook.TakeFirst()) return;
        lock (_lock)
            foreach (var telling in webhook.Tellings)
                if (telling.About is { } record) _open.Add(record);
    }

    /// <summary>All copies of the webhook are settled.</summary>
    public void Settle(Webhook webhook)
    {
        lock (_lock)
        {
            WriteWebhook(webhook);
            foreach (var telling in webhook.Tellings)
                if (telling.About is { } record && record.Settle(webhook.Answer)) WriteRecord(record);
        }
    }

    /// <summary>Nobody is told: what the webhook would have been about stands as it is.</summary>
    public void SettleUntold(Telling telling)
    {
        lock (_lock)
            if (telling.About is { } record && record.Settle(WebhookAnswer.Accepted)) WriteRecord(record);
        Flush();
    }

    /// <summary>Writes a record that has no webhook under way.</summary>
    public void WriteSettled(TruthRecord record)
    {
        lock (_lock) WriteRecord(record);
    }

    public void Flush()
    {
        lock (_lock)
            foreach (var file in _files.Values) file.Flush();
    }

    /// <summary>Ends the run: what a stopped run left open is written as it stands, then the summary.</summary>
    public void Finish(RunProgress progress, bool complete)
    {
        lock (_lock)
        {
            foreach (var record in _open.ToArray())
            {
                record.GiveUp();
                WriteRecord(record);
            }
            foreach (var file in _files.Values) file.Flush(flushToDisk: true);
        }
        WriteSummary(progress, complete);
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
        _json.Dispose();
    }

    private void WriteRecord(TruthRecord record)
    {
        _open.Remove(record);
        record.Write(_json);
        EndLine(record.File);
    }

    private void WriteWebhook(Webhook webhook)
    {
        _json.WriteStartObject();
        _json.WriteString("gateway", webhook.Gateway);
        _json.WriteString("account", webhook.Account);
        _json.WriteStartArray("eventKeys");
        foreach (var telling in webhook.Tellings) _json.WriteStringValue(telling.Key);
        _json.WriteEndArray();
        _json.WriteStartArray("eventTypes");
        foreach (var telling in webhook.Tellings) _json.WriteStringValue(telling.Type);
        _json.WriteEndArray();
        Span<char> hex = stackalloc char[64];
        Convert.TryToHexStringLower(webhook.Sha256, hex, out _);
        _json.WriteString("sha256", hex);
        _json.WriteNumber("bytes", webhook.Body.Length);
        _json.WriteBoolean("forged", webhook.Forgery != Forgery.None);
        if (webhook.Forgery != Forgery.None) _json.WriteString("forgery", webhook.Forgery.ToString());
        _json.WriteBoolean("dropped", webhook.IsDropped);
        _json.WriteNumber("copies", webhook.Copies);
        WriteTimes("sentAt", webhook.SentAt);
        WriteTimes("acceptedAt", webhook.AcceptedAt);
        _json.WriteString("answer", webhook.Answer switch
        {
            WebhookAnswer.Accepted => "accepted", WebhookAnswer.Refused => "refused",
            WebhookAnswer.Undelivered => "undelivered", _ => "dropped",
        });
        _json.WriteNumber("status", webhook.LastStatus);
        _json.WriteEndObject();
        EndLine("webhooks.jsonl");
    }

    private void WriteTimes(string name, IReadOnlyList<long> unixMs)
    {
        _json.WriteStartArray(name);
        foreach (var time in unixMs) _json.WriteNumberValue(time);
        _json.WriteEndArray();
    }

    private void EndLine(string file)
    {
        _json.Flush();
        _line.Write("\n"u8);
        _files[file].Write(_line.WrittenSpan);
        _line.ResetWrittenCount();
        _json.Reset();
    }

    private void WriteSummary(RunProgress progress, bool complete)
    {
        var file = Path.Combine(_folder, "summary.json");
        var text = JsonSerializer.Serialize(new TruthSummary(complete, progress), SimulatorJson.Default.TruthSummary);
        File.WriteAllText(file + ".new", text + "\n");
        File.Move(file + ".new", file, overwrite: true);
    }
}

/// <param name="Complete">Every webhook of the last run is settled and written.</param>
/// <param name="Run">The counts of the last run.</param>
internal sealed record TruthSummary(bool Complete, RunProgress Run);
