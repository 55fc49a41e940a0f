using System.Buffers;
using System.Runtime.InteropServices;
using AnalyticsGraph.Tracking.Ingest;

namespace AnalyticsGraph.Server.Ingest;

/// <summary>A body of zstd frames without its compression, by the system's libzstd where there is one: .NET 10 has none of its own.</summary>
internal sealed class ZstdStream(Stream body) : ReadOnlyStream
{
    private static readonly Lazy<Functions?> Library = new(() => NativeLibrary.TryLoad("libzstd.so.1", out var library) ? new Functions(library) : null);

    private readonly Functions _zstd = Library.Value ?? throw new PlatformNotSupportedException("There is no libzstd.so.1.");
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(128 << 10);
    private nint _context = Library.Value!.Create();
    private int _at;
    private int _end;
    private nuint _open;

    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => Library.Value is not null;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await body.ReadAsync(_input, cancellationToken));
                if (_end == 0)
                    return _open == 0 ? 0 : throw new InvalidDataException("The body ends within a frame of zstd.");
            }

            if (Decompress(buffer.Span) is > 0 and var written)
                return written;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            _zstd.Free(_context);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_input);
        }

        base.Dispose(disposing);
    }

    private unsafe int Decompress(Span<byte> output)
    {
        fixed (byte* from = _input, to = output)
        {
            var source = new Piece { Bytes = from, Size = (nuint)_end, Position = (nuint)_at };
            var target = new Piece { Bytes = to, Size = (nuint)output.Length };
            _open = _zstd.Decompress(_context, &target, &source);
            if (_zstd.IsError(_open) != 0)
                throw new InvalidDataException("The body is no zstd, or it is damaged.");
            _at = (int)source.Position;
            return (int)target.Position;
        }
    }

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: memory, its size, how far it is used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Piece
    {
        public byte* Bytes;
        public nuint Size;
        public nuint Position;
    }

    private sealed unsafe class Functions(nint library)
    {
        private readonly delegate* unmanaged<nint> _create = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");
        private readonly delegate* unmanaged<nint, nuint> _free = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        private readonly delegate* unmanaged<nint, Piece*, Piece*, nuint> _decompress = (delegate* unmanaged<nint, Piece*, Piece*, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressStream");
        private readonly delegate* unmanaged<nuint, uint> _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");

        public nint Create() => _create();

        public void Free(nint context) => _free(context);

        public nuint Decompress(nint context, Piece* target, Piece* source) => _decompress(context, target, source);

        public uint IsError(nuint result) => _isError(result);
    }
}
