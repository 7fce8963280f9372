using System.Numerics;
using System.Text;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>
/// Changes a text's run of zeros into ones and zeros so that its CRC-32 becomes a wanted one. CRC-32 is linear: each
/// changed bit of the text flips fixed bits of the result, and forty changes span all thirty-two.
/// </summary>
internal static class CrcForgery
{
    public static byte[] Forge(string text, uint wanted)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var start = text.IndexOf(new string('0', 40), StringComparison.Ordinal);
        var missing = PayPalLeaf.Crc32(bytes) ^ wanted;

        // By the highest bit: what some set of changes flips, and that set.
        var basis = new (uint Flips, ulong Changes)[32];
        for (var i = 0; i < 40; i++)
            Add(basis, FlipsOf(bytes, start + i), 1UL << i);
        var changes = 0UL;
        while (missing != 0)
        {
            var (flips, set) = basis[BitOperations.Log2(missing)];
            missing ^= flips;
            changes ^= set;
        }
        for (var i = 0; i < 40; i++)
            bytes[start + i] ^= (byte)((changes >> i) & 1);
        return bytes;
    }

    private static uint FlipsOf(byte[] bytes, int index)
    {
        var changed = (byte[])bytes.Clone();
        changed[index] ^= 1;
        return PayPalLeaf.Crc32(bytes) ^ PayPalLeaf.Crc32(changed);
    }

    private static void Add((uint Flips, ulong Changes)[] basis, uint flips, ulong changes)
    {
        while (flips != 0)
        {
            ref var known = ref basis[BitOperations.Log2(flips)];
            if (known.Flips == 0)
            {
                known = (flips, changes);
                return;
            }
            flips ^= known.Flips;
            changes ^= known.Changes;
        }
    }
}
