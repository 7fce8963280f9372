using System.Buffers;
using System.Text.Json;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// The ground truth of what came by the APIs: every effect once (<c>effects.jsonl</c>), and the payments and stored methods with
/// their webhooks in the form of the shop's runs. A payment is written anew each time all its webhooks are settled: the last line
/// stands. All members are used under the floor's lock, which is given.
/// </summary>
internal sealed class ApiTruth : IDisposable
{
    private readonly Lock _lock;
    private readonly List<Effect> _effects = [];
    private readonly Dictionary<string, List<Effect>> _effectsByKey = [];
    private readonly Dictionary<string, PaymentTruth> _payments = [];
    private readonly HashSet<TruthRecord> _changed = [];
    private readonly FileStream _effectsFile;

    public ApiTruth(string folder, Lock shared)
    {
        _lock = shared;
        Folder = new TruthFolder(folder, shared);
        _effectsFile = new FileStream(Path.Combine(folder, "effects.jsonl"), FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    public TruthFolder Folder { get; }

    public IReadOnlyList<Effect> Effects => _effects;
    public IReadOnlyCollection<PaymentTruth> Payments => _payments.Values;

    /// <summary>A payment begins at the gateway.</summary>
    public void Open(PaymentTruth payment) => _payments.Add(payment.GatewayPaymentId, payment);

    /// <summary>Enters what was done. <paramref name="about"/>: the payment or method whose books changed.</summary>
    public void Done(Effect effect, TruthRecord? about)
    {
        _effects.Add(effect);
        if (effect.Key is { } key)
        {
            if (!_effectsByKey.TryGetValue(key, out var ofKey)) _effectsByKey[key] = ofKey = [];
            ofKey.Add(effect);
        }
        if (about is not null) _changed.Add(about);

        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line)) effect.Write(json);
        line.Write("\n"u8);
        _effectsFile.Write(line.WrittenSpan);
        _effectsFile.Flush();
    }

    public IReadOnlyList<Effect> EffectsOf(string key) => _effectsByKey.TryGetValue(key, out var effects) ? effects : [];

    /// <summary>Writes what changed and has no webhook under way; the others are written when theirs are settled.</summary>
    public void WriteSettled()
    {
        foreach (var record in _changed)
            if (record.IsSettled) Folder.WriteSettled(record);
        if (_changed.Count > 0) Folder.Flush();
        _changed.Clear();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Folder.Dispose();
            _effectsFile.Dispose();
        }
    }
}
