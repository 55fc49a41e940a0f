using System.Runtime.InteropServices;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>A result or a block of one, in the engine's memory until disposed.</summary>
internal readonly unsafe struct NativeResult : IDisposable
{
    private NativeResult(nint handle) => Handle = handle;

    internal nint Handle { get; }

    /// <summary>The bytes in the statement's output format; valid until <see cref="Dispose"/>.</summary>
    internal ReadOnlySpan<byte> Bytes => new(Chdb.ResultBuffer(Handle), checked((int)Chdb.ResultLength(Handle)));

    /// <summary>What this result or block adds to the statement's figures.</summary>
    internal QueryFigures Figures => new()
    {
        ReadRows = (long)Chdb.StorageRows(Handle),
        ReadBytes = (long)Chdb.StorageBytes(Handle),
        ResultRows = (long)Chdb.ResultRows(Handle),
        WrittenRows = (long)Chdb.RowsWritten(Handle),
        WrittenBytes = (long)Chdb.BytesWritten(Handle),
    };

    /// <summary>Takes over a result handle.</summary>
    /// <exception cref="ServerException">The statement failed; the handle is destroyed.</exception>
    internal static NativeResult Take(nint handle)
    {
        if (handle == 0) throw ServerException.Create(ErrorCode.LogicalError, "The engine returned no result");
        var error = Chdb.ResultError(handle);
        if (error is null) return new(handle);
        var text = Marshal.PtrToStringUTF8((nint)error) ?? "";
        Chdb.DestroyResult(handle);
        throw ServerException.FromEngine(text);
    }

    public void Dispose() => Chdb.DestroyResult(Handle);
}
