using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Simulator.Api;

/// <summary>One gateway's knobs, and whom they strike. The same seed, key and try: the same fate, whatever runs beside it.</summary>
internal sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Fault, string Whom), int> _tries = [];

    public Knobs Knobs { get; private set; } = new();

    public void Set(Knobs knobs)
    {
        lock (_lock)
        {
            Knobs = knobs with { Ingress = knobs.Ingress ?? Knobs.Ingress };
            _tries.Clear();
        }
    }

    public bool Strikes(Fault fault, ApiRequest request, [CallerArgumentExpression(nameof(fault))] string name = "") =>
        (Knobs.Only is not { } only || $"{request.Method} {request.Path}".Contains(only, StringComparison.Ordinal))
        && Strikes(fault, request.Key ?? $"{request.Method} {request.Path}", name);

    public bool Strikes(Fault fault, string whom, [CallerArgumentExpression(nameof(fault))] string name = "")
    {
        lock (_lock)
        {
            if (fault.Next > 0)
            {
                fault.Next--;
                return true;
            }
            if (fault.Share <= 0) return false;
            var part = name[(name.LastIndexOf('.') + 1)..];
            var attempt = _tries[(part, whom)] = _tries.GetValueOrDefault((part, whom)) + 1;
            return Draw($"{Knobs.Seed}|{part}|{whom}|{attempt.ToString(CultureInfo.InvariantCulture)}") < fault.Share;
        }
    }

    private static double Draw(string text) =>
        (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) >> 11) / (double)(1L << 53);
}
