namespace AnalyticsGraph.LocalClickHouse.Compression;

/// <summary>Decompresses a body of zstd frames.</summary>
internal sealed unsafe class ZstdReadStream(Stream body) : OneWayStream
{
    private readonly byte[] _input = new byte[128 << 10];
    private nint _context = Zstd.CreateDecompressor();
    private int _at;
    private int _end;
    private nuint _open;

    public override bool CanRead => true;

    public override int Read(System.Span<byte> buffer)
    {
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, body.Read(_input));
                if (_end == 0)
                {
                    return _open == 0 ? 0 : throw new InvalidDataException("zstd: the body ends within a frame");
                }
            }
            fixed (byte* input = _input, output = buffer)
            {
                var from = new Zstd.Span { Bytes = input, Size = (nuint)_end, Position = (nuint)_at };
                var into = new Zstd.Span { Bytes = output, Size = (nuint)buffer.Length };
                _open = Zstd.Check(Zstd.Decompress(_context, &into, &from));
                _at = (int)from.Position;
                if (into.Position > 0) return (int)into.Position;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0) Zstd.FreeDecompressor(_context);
        _context = 0;
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Compresses an answer as one zstd frame.</summary>
internal sealed unsafe class ZstdWriteStream(Stream body) : OneWayStream
{
    private readonly byte[] _output = new byte[128 << 10];
    private nint _context = Zstd.CreateCompressor();

    public override bool CanWrite => true;

    public override void Write(ReadOnlySpan<byte> buffer) => Compress(buffer, Zstd.Continue);

    /// <summary>Makes what was written so far readable for the client.</summary>
    public override void Flush()
    {
        Compress(default, Zstd.FlushFrame);
        body.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (_context == 0) return;
        if (disposing) Compress(default, Zstd.EndFrame);
        Zstd.FreeCompressor(_context);
        _context = 0;
        base.Dispose(disposing);
    }

    private void Compress(ReadOnlySpan<byte> buffer, int end)
    {
        fixed (byte* input = buffer, output = _output)
        {
            var from = new Zstd.Span { Bytes = input, Size = (nuint)buffer.Length };
            while (true)
            {
                var into = new Zstd.Span { Bytes = output, Size = (nuint)_output.Length };
                var left = Zstd.Check(Zstd.Compress(_context, &into, &from, end));
                body.Write(_output, 0, (int)into.Position);
                if (end == Zstd.Continue ? from.Position == from.Size : left == 0) return;
            }
        }
    }
}
