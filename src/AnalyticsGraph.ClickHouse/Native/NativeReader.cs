using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AnalyticsGraph.ClickHouse.Native;

/// <summary>
/// Reads the Native format's elements from a stream, or from memory (then every call completes synchronously). What was read stays in the buffer for at least
/// <see cref="History"/> bytes, because a server that fails in mid-stream appends its error to half a block, and the block's reader has eaten it by the time the end shows.
/// </summary>
internal sealed class NativeReader : IDisposable
{
    /// <summary>How many of the last bytes can still be looked at; a server's message with its stack trace is smaller.</summary>
    public const int History = 64 * 1024;

    private const int Capacity = 512 * 1024;
    private const int LongestVarint = 10;
    /// <summary>Arrays grow to their declared size while the data comes, so that a wrong count cannot ask for memory that no data fills.</summary>
    private const int FirstBytes = 4 * 1024 * 1024;

    private readonly Stream? _stream;
    private readonly bool _rented;
    private byte[] _buffer;
    private int _at;
    private int _end;
    private CancellationTokenSource? _limit;
    private long _pieceStart;

    public NativeReader(Stream stream)
    {
        _stream = stream;
        _buffer = ArrayPool<byte>.Shared.Rent(Capacity);
        _rented = true;
    }

    /// <summary>Reads from memory.</summary>
    public NativeReader(byte[] memory, int length)
    {
        _buffer = memory;
        _end = length;
    }

    /// <summary>How long a single read of the stream may take; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public TimeSpan ReadTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The most bytes from one <see cref="BeginPiece"/> to the next.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes taken from the stream so far, after decompression.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The last bytes read, consumed or not.</summary>
    public ReadOnlySpan<byte> Tail => _buffer.AsSpan(Math.Max(0, _end - History), Math.Min(_end, History));

    /// <summary>What is buffered and not consumed.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_at, _end - _at);

    /// <summary>Counts from here on for <see cref="MostBytes"/>.</summary>
    public void BeginPiece() => _pieceStart = BytesRead - (_end - _at);

    /// <summary>Consumes what is buffered.</summary>
    /// <returns>The bytes; valid until more is read.</returns>
    public ReadOnlyMemory<byte> TakeUnread()
    {
        var unread = _buffer.AsMemory(_at, _end - _at);
        _at = _end;
        return unread;
    }

    public void Dispose()
    {
        if (_rented && _buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _at = _end = 0;
        _limit?.Dispose();
    }

    /// <summary>Whether there is nothing more; reads from the stream if need be.</summary>
    public async ValueTask<bool> IsAtEndAsync(CancellationToken ct) => _at == _end && !await FillAsync(ct).ConfigureAwait(false);

    public ValueTask<ulong> ReadVarintAsync(CancellationToken ct) =>
        TryReadVarint(Unread, out var value, out var length) ? Consumed(value, length) : SlowVarintAsync(ct);

    public async ValueTask<byte> ReadByteAsync(CancellationToken ct)
    {
        await EnsureAsync(1, ct).ConfigureAwait(false);
        return _buffer[_at++];
    }

    public async ValueTask<ulong> ReadUInt64Async(CancellationToken ct)
    {
        await EnsureAsync(sizeof(ulong), ct).ConfigureAwait(false);
        var value = Unsafe.ReadUnaligned<ulong>(ref _buffer[_at]);
        _at += sizeof(ulong);
        return value;
    }

    /// <summary>A name or a type: short text.</summary>
    public async ValueTask<string> ReadTextAsync(CancellationToken ct)
    {
        var length = await ReadVarintAsync(ct).ConfigureAwait(false);
        if (length > 1 << 20)
            throw new ClickHouseFormatException($"The block holds a name or type of {length} bytes: the answer is not in Native format, or it is damaged.");
        var bytes = new byte[(int)length];
        await ReadBytesAsync(bytes, ct).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>A count of rows or items that must fit an array.</summary>
    public static int CheckedCount(ulong count) =>
        count <= 1 << 30 ? (int)count : throw new ClickHouseFormatException($"The block holds {count} rows or items: more than an array, so the answer is not in Native format, or it is damaged.");

    public async ValueTask ReadBytesAsync(Memory<byte> destination, CancellationToken ct)
    {
        var done = 0;
        while (true)
        {
            var take = Math.Min(_end - _at, destination.Length - done);
            _buffer.AsSpan(_at, take).CopyTo(destination.Span[done..]);
            _at += take;
            done += take;
            if (done == destination.Length)
                return;
            await MoreAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Reads values that stand on the wire as they stand in memory, by block copy.</summary>
    /// <returns>A pooled array of at least that many values.</returns>
    public async ValueTask<T[]> ReadArrayAsync<T>(int count, CancellationToken ct)
        where T : unmanaged
    {
        var array = ArrayPool<T>.Shared.Rent(Math.Min(count, Math.Max(FirstBytes / Unsafe.SizeOf<T>(), 1)));
        var done = 0; // in bytes
        var total = (long)count * Unsafe.SizeOf<T>();
        if (total > Array.MaxLength)
            throw new ClickHouseFormatException($"A column of {count} values of {Unsafe.SizeOf<T>()} bytes is too large for one block. Ask for smaller blocks (setting max_block_size).");
        while (true)
        {
            var bytes = MemoryMarshal.AsBytes(array.AsSpan());
            var take = (int)Math.Min(Math.Min(_end - _at, bytes.Length - done), total - done);
            _buffer.AsSpan(_at, take).CopyTo(bytes[done..]);
            _at += take;
            done += take;
            if (done == total)
                return array;
            if (done == bytes.Length)
                array = Grow(array, Math.Min(count, array.Length * 2L));
            else
                await MoreAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Reads length-prefixed strings into one buffer.</summary>
    /// <returns>Pooled: all bytes, and count + 1 positions in them.</returns>
    public async ValueTask<(byte[] Bytes, int[] Offsets)> ReadStringsAsync(int count, CancellationToken ct)
    {
        var offsets = ArrayPool<int>.Shared.Rent(Math.Min(count + 1, FirstBytes / sizeof(int)));
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(64, (int)Math.Min(16L * count, FirstBytes)));
        offsets[0] = 0;
        var row = 0;
        while (true)
        {
            ReadWholeStrings(ref bytes, offsets, Math.Min(count, offsets.Length - 1), ref row);
            if (row == count)
                return (bytes, offsets);
            if (row == offsets.Length - 1)
            {
                offsets = Grow(offsets, Math.Min(count + 1, offsets.Length * 2L));
                continue;
            }
            // The next string is not whole in the buffer: either it needs more bytes, or it is longer than the buffer and is copied in pieces.
            var length = await ReadVarintAsync(ct).ConfigureAwait(false);
            var start = offsets[row];
            if (length > (ulong)(Array.MaxLength - start))
                throw new ClickHouseFormatException($"The strings of one column of one block exceed {Array.MaxLength} bytes. Ask for smaller blocks (setting max_block_size).");
            var end = start + (int)length;
            for (var at = start; at < end;)
            {
                if (_at == _end)
                    await MoreAsync(ct).ConfigureAwait(false);
                var take = Math.Min(_end - _at, end - at);
                if (at + take > bytes.Length)
                    bytes = Grow(bytes, Math.Min(Array.MaxLength, Math.Max(at + (long)take, bytes.Length * 2L)));
                _buffer.AsSpan(_at, take).CopyTo(bytes.AsSpan(at));
                _at += take;
                at += take;
            }
            offsets[++row] = end;
        }
    }

    /// <summary>Reads on to the end without interpreting (bounded), so that <see cref="Tail"/> holds the end of the answer.</summary>
    public async ValueTask DrainAsync(CancellationToken ct)
    {
        for (var drained = 0L; drained < 16 * 1024 * 1024;)
        {
            var before = BytesRead;
            _at = _end;
            if (!await FillAsync(ct).ConfigureAwait(false))
                return;
            drained += BytesRead - before;
        }
    }

    private void ReadWholeStrings(ref byte[] bytes, int[] offsets, int count, ref int row)
    {
        var source = Unread;
        var taken = 0;
        var position = offsets[row];
        var target = bytes;
        while (row < count)
        {
            if (!TryReadVarint(source[taken..], out var length, out var prefix) || length > (ulong)(source.Length - taken - prefix))
                break;
            var size = (int)length;
            if (position + size > target.Length)
                target = bytes = Grow(bytes, Math.Min(Array.MaxLength, Math.Max((long)position + size, bytes.Length * 2L)));
            source.Slice(taken + prefix, size).CopyTo(target.AsSpan(position));
            taken += prefix + size;
            position += size;
            offsets[++row] = position;
        }
        _at += taken;
    }

    private static T[] Grow<T>(T[] array, long size)
    {
        var larger = ArrayPool<T>.Shared.Rent((int)size);
        array.AsSpan().CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        return larger;
    }

    private ValueTask<ulong> Consumed(ulong value, int length)
    {
        _at += length;
        return new(value);
    }

    private async ValueTask<ulong> SlowVarintAsync(CancellationToken ct)
    {
        while (true)
        {
            if (TryReadVarint(Unread, out var value, out var length))
            {
                _at += length;
                return value;
            }
            await MoreAsync(ct).ConfigureAwait(false);
        }
    }

    private static bool TryReadVarint(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < source.Length;)
        {
            if (length == LongestVarint)
                throw new ClickHouseFormatException("A variable-length number has more than ten bytes: the answer is not in Native format, or it is damaged.");
            var b = source[length];
            value |= (ulong)(b & 0x7F) << (7 * length++);
            if (b < 0x80)
                return true;
        }
        return false;
    }

    private async ValueTask EnsureAsync(int count, CancellationToken ct)
    {
        while (_end - _at < count)
            await MoreAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask MoreAsync(CancellationToken ct)
    {
        if (!await FillAsync(ct).ConfigureAwait(false))
            throw new NativeStreamEndedException();
    }

    private ValueTask<bool> FillAsync(CancellationToken ct) => _stream is null ? new(false) : FillFromAsync(_stream, ct);

    private async ValueTask<bool> FillFromAsync(Stream stream, CancellationToken ct)
    {
        if (_buffer.Length - _end < Capacity / 4)
        {
            var keep = Math.Min(_at, Math.Max(0, History - (_end - _at)));
            var from = _at - keep;
            _buffer.AsSpan(from, _end - from).CopyTo(_buffer);
            _end -= from;
            _at -= from;
        }
        var read = await ReadSomeAsync(stream, _buffer.AsMemory(_end), ct).ConfigureAwait(false);
        _end += read;
        BytesRead += read;
        // Less what was read ahead of the piece's end.
        return BytesRead - _pieceStart - Capacity <= MostBytes ? read > 0 : throw new ClickHouseFormatException($"It has more than {MostBytes} bytes: send smaller blocks.");
    }

    private async ValueTask<int> ReadSomeAsync(Stream stream, Memory<byte> into, CancellationToken ct)
    {
        // One source for all reads, armed for each: a read is always awaited to its end, so that nothing writes into a buffer that went back to the pool.
        _limit ??= new CancellationTokenSource();
        _limit.CancelAfter(ReadTimeout);
        using var caller = ct.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit);
        try
        {
            return await stream.ReadAsync(into, _limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            if (ct.IsCancellationRequested)
                throw new OperationCanceledException("Reading the result was cancelled.", e, ct);
            throw new ClickHouseTransportException($"ClickHouse sent nothing for {ReadTimeout.TotalSeconds:0.#} s in the middle of a result.", e);
        }
    }
}

/// <summary>The bytes ended inside a block.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It never leaves the assembly: the result turns it into the server's error or a transport error.")]
[SuppressMessage("Design", "CA1064", Justification = "As above.")]
internal sealed class NativeStreamEndedException : Exception
{
    public NativeStreamEndedException() : base("The data ended in the middle of a block.")
    {
    }
}
