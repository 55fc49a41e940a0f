using System.Buffers;
using AnalyticsGraph.ClickHouse.Compression;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Compression;

/// <summary>Undoes ClickHouse's own compression of a request's body (<c>decompress=1</c>): frames of LZ4 or plain data with checksums.</summary>
internal sealed class FrameReadStream(Stream body) : OneWayStream
{
    // A frame holds a block of the client; a server's own limit is 1 GiB, far more than this process should take at once.
    private const int LargestFrame = 256 << 20;

    private byte[] _frame = [];
    private byte[] _data = [];
    private int _at;
    private int _end;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        while (_at == _end)
        {
            if (!Next()) return 0;
        }
        var n = Math.Min(buffer.Length, _end - _at);
        _data.AsSpan(_at, n).CopyTo(buffer);
        _at += n;
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }

    private bool Next()
    {
        const int Head = Lz4Frame.Checksum + Lz4Frame.Header;
        Ensure(ref _frame, Head);
        var have = body.ReadAtLeast(_frame.AsSpan(0, Head), Head, throwOnEndOfStream: false);
        if (have == 0) return false;
        if (have < Head || !Lz4Frame.TryReadHeader(_frame, out var size, out var length) || size > LargestFrame || length > LargestFrame)
        {
            throw ServerException.Create(ErrorCode.CannotDecompress, "The body is not in ClickHouse's compressed frames of LZ4 or plain data, as decompress=1 says");
        }
        Ensure(ref _frame, Lz4Frame.Checksum + size);
        body.ReadExactly(_frame.AsSpan(Head, size - Lz4Frame.Header));
        Ensure(ref _data, length);
        try
        {
            Lz4Frame.Read(_frame.AsSpan(0, Lz4Frame.Checksum + size), _data.AsSpan(0, length));
        }
        catch (AnalyticsGraph.ClickHouse.ClickHouseFormatException e)
        {
            throw ServerException.Create(ErrorCode.CannotDecompress, e.Message.TrimEnd('.'));
        }
        (_at, _end) = (0, length);
        return true;
    }

    private static void Ensure(ref byte[] buffer, int size)
    {
        if (buffer.Length < size) Array.Resize(ref buffer, Math.Max(size, buffer.Length * 2));
    }
}

/// <summary>Writes an answer in ClickHouse's own frames (<c>compress=1</c>).</summary>
internal sealed class FrameWriteStream(Stream body) : OneWayStream
{
    private const int FrameData = 1 << 20;

    private byte[] _data = ArrayPool<byte>.Shared.Rent(FrameData);
    private byte[] _frame = ArrayPool<byte>.Shared.Rent(Lz4Frame.Checksum + Lz4Frame.Header + Lz4.MaxCompressedLength(FrameData));
    private int _filled;

    public override bool CanWrite => true;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var n = Math.Min(buffer.Length, FrameData - _filled);
            buffer[..n].CopyTo(_data.AsSpan(_filled));
            _filled += n;
            buffer = buffer[n..];
            if (_filled == FrameData) WriteFrame();
        }
    }

    /// <summary>Ends the frame, so that what was written reaches the client.</summary>
    public override void Flush()
    {
        WriteFrame();
        body.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _data.Length > 0)
        {
            WriteFrame();
            ArrayPool<byte>.Shared.Return(_data);
            ArrayPool<byte>.Shared.Return(_frame);
            _data = _frame = [];
        }
        base.Dispose(disposing);
    }

    private void WriteFrame()
    {
        if (_filled == 0) return;
        body.Write(_frame.AsSpan(0, Lz4Frame.Write(_data.AsSpan(0, _filled), _frame)));
        _filled = 0;
    }
}
