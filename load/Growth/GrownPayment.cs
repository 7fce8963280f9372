using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using PaymentPipeline.Core;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Growth;

/// <summary>
/// Payment by number: authorised, captured and done at Stripe a while ago, named as the webhooks of a run name theirs. One object
/// serves for all numbers in turn.
/// </summary>
internal sealed class GrownPayment(long payments, DateTimeOffset now)
{
    /// <summary>The letters in all ids, where a run has those of its time: <see cref="TemplateWords.RunAt"/> is never these.</summary>
    public const string Run = "GROWNA";

    /// <summary>Minor units, euros; as in the webhooks that tell more of these payments.</summary>
    public const long Amount = 1999;

    public static readonly TimeSpan Span = TimeSpan.FromDays(365);
    private readonly DateTime _from = (now - Span).UtcDateTime;
    private readonly long _step = Span.Ticks / payments;
    private readonly byte[] _memory = new byte[1024];
    private int _memoryLength;

    public long Number { get; private set; }
    public string Name { get; private set; } = "";
    public Guid Id { get; private set; }
    public DateTime At { get; private set; }
    public string Intent => $"pi_{Name}";
    public string Charge => $"ch_{Name}";
    public string OrderId => $"{TemplateWords.OrderPrefix}{Run}-{Name[Run.Length..]}";
    public string UserId => $"user-{Number / 10}";
    public ReadOnlySpan<byte> Memory => _memory.AsSpan(0, _memoryLength);
    public Guid CaptureId => Identifiers.Derive(Id, "capture", $"{Intent}:total");

    public void Become(long number)
    {
        Number = number;
        Span<byte> letters = stackalloc byte[LetterNumber.Length];
        LetterNumber.Write(letters, number);
        Name = Run + Encoding.ASCII.GetString(letters);
        var at = _from.AddTicks(number * _step);
        At = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
        Id = IdOf(at, number);
        Remember();
    }

    /// <summary>A claim's event: its number, from 1.</summary>
    public string Event(int number) => $"evt_{Name}{number}";

    /// <summary>The same bits wherever it is asked for: time, then what looks random.</summary>
    public static Guid IdOf(DateTime at, long number)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix((ulong)number));
        BinaryPrimitives.WriteUInt64BigEndian(
            id, (ulong)new DateTimeOffset(at).ToUnixTimeMilliseconds() << 16 | 0x7000 | (Mix(~(ulong)number) & 0xFFF));
        id[8] = (byte)(id[8] & 0x3F | 0x80);
        return new Guid(id, bigEndian: true);
    }

    // What the fold remembers of these three facts; a test folds them and compares.
    private void Remember()
    {
        var second = new DateTimeOffset(At).ToUnixTimeSeconds();
        var (key, ticks) = ($"RequiresPaymentMethod:{Intent}@{second}", At.Ticks);
        Utf8.TryWrite(_memory, $$"""
            {"k":["Authorized=:{{Amount}}","Captured=:{{Amount}}","{{key}}"],"ct":{{Amount}},"al":{{Amount}},"ah":{{Amount}},"n":{{Amount}},"m":5,"s":[{{ticks}},"{{key}}","RequiresPaymentMethod"],"o":[{{ticks}},"{{key}}","{{OrderId}}"],"u":[{{ticks}},"{{key}}","{{UserId}}"]}
            """, out _memoryLength);
    }

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }
}
