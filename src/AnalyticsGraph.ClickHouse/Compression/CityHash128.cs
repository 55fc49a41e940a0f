using System.Buffers.Binary;
using System.Numerics;

namespace AnalyticsGraph.ClickHouse.Compression;

/// <summary>
/// CityHash128 in its version 1.0.2, which ClickHouse keeps for the checksums of its compressed frames (later CityHash versions give other values). Written after the
/// published algorithm; checked against the server's own frames.
/// </summary>
internal static class CityHash128
{
    private const ulong K0 = 0xc3a5c85c97cb3127;
    private const ulong K1 = 0xb492b66fbe98f273;
    private const ulong K2 = 0x9ae16a3b2f90404f;
    private const ulong K3 = 0xc949d7c7509e6557;

    public static (ulong Low, ulong High) Hash(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 16)
            return Seeded(data[16..], Word(data, 0) ^ K3, Word(data, 8));
        if (data.Length >= 8)
            return Seeded([], Word(data, 0) ^ ((ulong)data.Length * K0), Word(data, data.Length - 8) ^ K1);
        return Seeded(data, K0, K1);
    }

    private static (ulong, ulong) Seeded(ReadOnlySpan<byte> s, ulong seedLow, ulong seedHigh)
    {
        if (s.Length < 128)
            return Murmur(s, seedLow, seedHigh);
        var length = (ulong)s.Length;
        var (x, y, z) = (seedLow, seedHigh, length * K1);
        (ulong First, ulong Second) v, w;
        v.First = BitOperations.RotateRight(y ^ K1, 49) * K1 + Word(s, 0);
        v.Second = BitOperations.RotateRight(v.First, 42) * K1 + Word(s, 8);
        w.First = BitOperations.RotateRight(y + z, 35) * K1 + x;
        w.Second = BitOperations.RotateRight(x + Word(s, 88), 53) * K1;
        var at = 0;
        do
        {
            for (var half = 0; half < 2; half++, at += 64)
            {
                x = BitOperations.RotateRight(x + y + v.First + Word(s, at + 16), 37) * K1;
                y = BitOperations.RotateRight(y + v.Second + Word(s, at + 48), 42) * K1;
                x ^= w.Second;
                y ^= v.First;
                z = BitOperations.RotateRight(z ^ w.First, 33);
                v = Weak(s, at, v.Second * K1, x + w.First);
                w = Weak(s, at + 32, z + w.Second, y);
                (z, x) = (x, z);
            }
        }
        while (s.Length - at >= 128);
        var left = s.Length - at;
        y += BitOperations.RotateRight(w.First, 37) * K0 + z;
        x += BitOperations.RotateRight(v.First + z, 49) * K0;
        for (var done = 0; done < left;)
        {
            done += 32;
            y = BitOperations.RotateRight(y - x, 42) * K0 + v.Second;
            w.First += Word(s, s.Length - done + 16);
            x = BitOperations.RotateRight(x, 49) * K0 + w.First;
            w.First += v.First;
            v = Weak(s, s.Length - done, v.First, v.Second);
        }
        x = Mix(x, v.First);
        y = Mix(y, w.First);
        return (Mix(x + v.Second, w.Second) + y, Mix(x + w.Second, y + v.Second));
    }

    private static (ulong, ulong) Murmur(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        ulong c, d;
        var rest = s.Length - 16;
        if (rest <= 0)
        {
            a = ShiftMix(a * K1) * K1;
            c = b * K1 + Short(s);
            d = ShiftMix(a + (s.Length >= 8 ? Word(s, 0) : c));
        }
        else
        {
            c = Mix(Word(s, s.Length - 8) + K1, a);
            d = Mix(b + (ulong)s.Length, c + Word(s, s.Length - 16));
            a += d;
            var at = 0;
            do
            {
                a = (a ^ (ShiftMix(Word(s, at) * K1) * K1)) * K1;
                b ^= a;
                c = (c ^ (ShiftMix(Word(s, at + 8) * K1) * K1)) * K1;
                d ^= c;
                at += 16;
                rest -= 16;
            }
            while (rest > 0);
        }
        a = Mix(a, c);
        b = Mix(d, b);
        return (a ^ b, Mix(b, a));
    }

    /// <summary>The hash of up to 16 bytes.</summary>
    private static ulong Short(ReadOnlySpan<byte> s)
    {
        if (s.Length > 8)
        {
            var a = Word(s, 0);
            var b = Word(s, s.Length - 8);
            return Mix(a, BitOperations.RotateRight(b + (ulong)s.Length, s.Length)) ^ b;
        }
        if (s.Length >= 4)
            return Mix((ulong)s.Length + ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(s) << 3), BinaryPrimitives.ReadUInt32LittleEndian(s[^4..]));
        if (s.Length == 0)
            return K2;
        var y = s[0] + ((uint)s[s.Length >> 1] << 8);
        var z = (uint)s.Length + ((uint)s[^1] << 2);
        return ShiftMix((y * K2) ^ (z * K3)) * K2;
    }

    private static (ulong, ulong) Weak(ReadOnlySpan<byte> s, int at, ulong a, ulong b)
    {
        var (w, x, y, z) = (Word(s, at), Word(s, at + 8), Word(s, at + 16), Word(s, at + 24));
        a += w;
        b = BitOperations.RotateRight(b + a + z, 21);
        var c = a;
        a += x + y;
        b += BitOperations.RotateRight(a, 44);
        return (a + z, b + c);
    }

    private static ulong Mix(ulong low, ulong high)
    {
        const ulong multiplier = 0x9ddfea08eb382d69;
        var a = (low ^ high) * multiplier;
        a ^= a >> 47;
        var b = (high ^ a) * multiplier;
        b ^= b >> 47;
        return b * multiplier;
    }

    private static ulong ShiftMix(ulong value) => value ^ (value >> 47);

    private static ulong Word(ReadOnlySpan<byte> s, int at) => BinaryPrimitives.ReadUInt64LittleEndian(s[at..]);
}
