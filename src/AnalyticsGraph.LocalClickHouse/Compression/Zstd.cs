using System.Runtime.InteropServices;

namespace AnalyticsGraph.LocalClickHouse.Compression;

/// <summary>
/// The system's libzstd, where there is one: .NET 10 has no zstd of its own and libchdb exports none. Without it zstd is neither
/// taken nor given.
/// </summary>
internal static unsafe partial class Zstd
{
    /// <summary>The name <see cref="Native.ChdbLibrary"/> resolves to the system's library.</summary>
    internal const string Library = "zstd";

    /// <summary>ZSTD_e_continue.</summary>
    internal const int Continue = 0;

    /// <summary>ZSTD_e_flush: all that was taken so far can be decompressed.</summary>
    internal const int FlushFrame = 1;

    /// <summary>ZSTD_e_end.</summary>
    internal const int EndFrame = 2;

    private static readonly Lazy<nint> Loaded = new(() => NativeLibrary.TryLoad("libzstd.so.1", out var handle) ? handle : 0);

    /// <summary>Whether the system has the library.</summary>
    internal static bool Available => Handle != 0;

    /// <summary>The loaded library, or 0.</summary>
    internal static nint Handle => Loaded.Value;

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    internal static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    internal static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    internal static partial nuint Decompress(nint context, Span* output, Span* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    internal static partial nuint Compress(nint context, Span* output, Span* input, int end);

    /// <summary>Checks a return value.</summary>
    /// <exception cref="InvalidDataException">It is an error.</exception>
    internal static nuint Check(nuint result) =>
        IsError(result) == 0 ? result : throw new InvalidDataException($"zstd: {Marshal.PtrToStringUTF8(ErrorName(result))}");

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: memory, its size, how far it is used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Span
    {
        internal byte* Bytes;
        internal nuint Size;
        internal nuint Position;
    }
}
