using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Writes a JSON response into one pooled, growing UTF-8 buffer. Leaf columns write their values by it; commas, braces and names are the executor's.
/// It checks nothing (no nesting, no validity of raw bytes): what is written is what is sent. Not thread-safe.
/// </summary>
public sealed partial class ResponseWriter : IDisposable
{
    // Larger buffers are left to the collector: a pool that keeps those of a few huge responses, one for each thread, holds more memory than the server needs.
    private const int LargestPooled = 1 << 20;

    private readonly int _limit;
    private byte[] _buffer;
    private int _length;

    /// <summary>Makes a writer with a rented buffer.</summary>
    /// <param name="initialCapacity">Bytes to start with.</param>
    /// <param name="limit">The most bytes it may hold.</param>
    public ResponseWriter(int initialCapacity = 4096, int limit = int.MaxValue)
    {
        _limit = limit;
        _buffer = Rent(initialCapacity);
    }

    /// <summary>The number of bytes written.</summary>
    public int Length => _length;

    /// <summary>What was written; valid until the next write or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            WriteLeft();
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>Writes <c>null</c>.</summary>
    public void WriteNull() => WriteRaw("null"u8);

    /// <summary>Writes <c>true</c> or <c>false</c>.</summary>
    /// <param name="value">The value.</param>
    public void WriteBoolean(bool value) => WriteRaw(value ? "true"u8 : "false"u8);

    /// <summary>Writes bytes as they are: JSON made elsewhere.</summary>
    /// <param name="utf8">Valid JSON or a part of it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteRaw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(GetSpan(utf8.Length));
        _length += utf8.Length;
    }

    /// <summary>Writes a JSON value as it came.</summary>
    /// <param name="value">Any defined value.</param>
    public void WriteJson(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            WriteNull();
            return;
        }

        WriteRaw(JsonMarshal.GetRawUtf8Value(value));
    }

    /// <summary>Gives the buffer back; the writer and <see cref="Written"/> must not be used afterwards.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        (_buffer, _length, _left, _leftBytes) = ([], 0, null, 0);
        Return(buffer);
    }

    /// <summary>Writes one byte of structure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteByte(byte value)
    {
        var at = _length;
        if ((uint)at >= (uint)_buffer.Length)
        {
            Grow(1);
        }

        _buffer[at] = value;
        _length = at + 1;
    }

    /// <summary>Writes a name. Names are short and many: their array is padded to whole vectors, so that no call is needed to copy them.</summary>
    /// <param name="padded">The bytes, and more up to a multiple of 16.</param>
    /// <param name="length">How many bytes count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WritePadded(byte[] padded, int length)
    {
        ref var target = ref MemoryMarshal.GetReference(GetSpan(padded.Length));
        ref var source = ref MemoryMarshal.GetArrayDataReference(padded);
        for (var i = 0; i < padded.Length; i += Vector128<byte>.Count)
        {
            Vector128.LoadUnsafe(ref source, (nuint)i).StoreUnsafe(ref target, (nuint)i);
        }

        _length += length;
    }

    /// <summary>Forgets what was written after a position: a value that turned out null by section 6.4.4.</summary>
    internal void Truncate(int length)
    {
        _length = length;
        ForgetLeft(length);
    }

    /// <summary>Makes room for bytes that a following <see cref="Advance"/> counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> GetSpan(int size)
    {
        if ((uint)size > (uint)(_buffer.Length - _length))
        {
            Grow(size);
        }

        return _buffer.AsSpan(_length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(int written) => _length += written;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int size)
    {
        var needed = (long)_length + size;
        if (needed + _leftBytes > _limit || needed > Array.MaxLength)
        {
            throw new ResponseTooLargeException(_limit);
        }

        var grown = Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
        _buffer.AsSpan(0, _length).CopyTo(grown);
        Return(_buffer);
        _buffer = grown;
    }

    private static byte[] Rent(int size) => size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
