using System.Buffers;

namespace AnalyticsGraph.ClickHouse.Compression;

/// <summary>
/// Reads ClickHouse's frames. A server that fails in mid-stream may append its error uncompressed behind the frames, or send it alone where it fails before: from the first
/// bytes that are no frame, all are passed through as they are, and the reader finds the error in them.
/// </summary>
internal sealed class Lz4ReadStream(Stream body) : ForwardStream
{
    private byte[] _frame = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private byte[] _data = [];
    private int _at;
    private int _end;
    private bool _passThrough;

    public override bool CanRead => true;

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _end)
        {
            if (_passThrough)
                return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (!await NextAsync(cancellationToken).ConfigureAwait(false))
                return 0;
        }
        var take = Math.Min(buffer.Length, _end - _at);
        _data.AsSpan(_at, take).CopyTo(buffer.Span);
        _at += take;
        return take;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _frame.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_frame);
            if (_data.Length > 0)
                ArrayPool<byte>.Shared.Return(_data);
            _frame = _data = [];
            _at = _end = 0;
            body.Dispose();
        }
        base.Dispose(disposing);
    }

    private async ValueTask<bool> NextAsync(CancellationToken ct)
    {
        const int head = Lz4Frame.Checksum + Lz4Frame.Header;
        var have = await body.ReadAtLeastAsync(_frame.AsMemory(0, head), head, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (have == 0)
            return false;
        if (have < head || !Lz4Frame.TryReadHeader(_frame, out var size, out var decompressed))
            return PassThrough(have);
        Ensure(ref _frame, Lz4Frame.Checksum + size, keep: head);
        var rest = size - Lz4Frame.Header;
        var read = await body.ReadAtLeastAsync(_frame.AsMemory(head, rest), rest, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (read < rest)
            return PassThrough(head + read);
        Ensure(ref _data, decompressed, keep: 0);
        Lz4Frame.Read(_frame.AsSpan(0, Lz4Frame.Checksum + size), _data.AsSpan(0, decompressed));
        (_at, _end) = (0, decompressed);
        return true;
    }

    private bool PassThrough(int have)
    {
        _passThrough = true;
        Ensure(ref _data, have, keep: 0);
        _frame.AsSpan(0, have).CopyTo(_data);
        (_at, _end) = (0, have);
        return true;
    }

    private static void Ensure(ref byte[] buffer, int size, int keep)
    {
        if (buffer.Length >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(0, keep).CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}

/// <summary>Writes ClickHouse's frames of up to 1 MiB each, as the server itself does.</summary>
internal sealed class Lz4WriteStream(Stream body) : ForwardStream
{
    private const int FrameData = 1024 * 1024;
    private byte[] _data = ArrayPool<byte>.Shared.Rent(FrameData);
    private byte[] _frame = ArrayPool<byte>.Shared.Rent(Lz4Frame.Checksum + Lz4Frame.Header + Lz4.MaxCompressedLength(FrameData));
    private int _filled;

    public override bool CanWrite => true;

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var take = Math.Min(buffer.Length, FrameData - _filled);
            buffer[..take].CopyTo(_data.AsMemory(_filled));
            _filled += take;
            buffer = buffer[take..];
            if (_filled == FrameData)
                await WriteFrameAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does nothing: frames are written when they are full, the last one at the end.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        if (_data.Length > 0)
        {
            await WriteFrameAsync(CancellationToken.None).ConfigureAwait(false);
            Dispose();
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _data.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_data);
            ArrayPool<byte>.Shared.Return(_frame);
            _data = _frame = [];
        }
        base.Dispose(disposing);
    }

    private async ValueTask WriteFrameAsync(CancellationToken ct)
    {
        if (_filled == 0)
            return;
        var length = Lz4Frame.Write(_data.AsSpan(0, _filled), _frame);
        await body.WriteAsync(_frame.AsMemory(0, length), ct).ConfigureAwait(false);
        _filled = 0;
    }
}
