using System.Runtime.InteropServices;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Native;

/// <summary>Query parameters as the four parallel arrays libchdb takes, in one allocation that lives for one call.</summary>
internal readonly unsafe ref struct NativeParameters : IDisposable
{
    private readonly void* _memory;

    internal NativeParameters(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        Count = (nuint)parameters.Count;
        if (parameters.Count == 0) return;

        var text = parameters.Sum(p => Encoding.UTF8.GetByteCount(p.Key) + Encoding.UTF8.GetByteCount(p.Value));
        var slots = parameters.Count * sizeof(nuint);
        _memory = NativeMemory.Alloc((nuint)(4 * slots + text));
        Names = (byte**)_memory;
        NameLengths = (nuint*)((byte*)_memory + slots);
        Values = (byte**)((byte*)_memory + 2 * slots);
        ValueLengths = (nuint*)((byte*)_memory + 3 * slots);

        var free = (byte*)_memory + 4 * slots;
        for (var i = 0; i < parameters.Count; i++)
        {
            Names[i] = free;
            NameLengths[i] = Put(parameters[i].Key, ref free);
            Values[i] = free;
            ValueLengths[i] = Put(parameters[i].Value, ref free);
        }
    }

    internal byte** Names { get; }

    internal nuint* NameLengths { get; }

    internal byte** Values { get; }

    internal nuint* ValueLengths { get; }

    internal nuint Count { get; }

    public void Dispose() => NativeMemory.Free(_memory);

    private static nuint Put(string text, ref byte* free)
    {
        fixed (char* chars = text)
        {
            var length = text.Length == 0 ? 0 : Encoding.UTF8.GetBytes(chars, text.Length, free, int.MaxValue);
            free += length;
            return (nuint)length;
        }
    }
}
