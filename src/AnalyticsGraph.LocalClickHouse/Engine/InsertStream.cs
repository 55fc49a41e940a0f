using System.Runtime.InteropServices;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// An insert whose data is pushed piece by piece; pieces need not end at row or block borders. Disposed without
/// <see cref="Finish"/> it is cancelled and its unfinished block is dropped.
/// </summary>
internal sealed unsafe class InsertStream : IDisposable
{
    private readonly nint _handle;

    private InsertStream(nint handle) => _handle = handle;

    /// <summary>Takes over an insert handle.</summary>
    /// <exception cref="ServerException">The insert could not start.</exception>
    internal static InsertStream Take(nint handle)
    {
        var stream = new InsertStream(handle);
        if (Chdb.InsertError(handle) is null) return stream;
        var error = stream.Error();
        stream.Dispose();
        throw error;
    }

    /// <summary>Pushes data; waits while the engine is behind.</summary>
    /// <exception cref="ServerException">The insert has failed.</exception>
    internal void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            if (Chdb.StreamAppend(_handle, bytes, (nuint)data.Length) == 0) return;
        }
        // The reason is known only to the finished insert.
        Finish();
        throw Error();
    }

    /// <summary>Ends the data and waits until the rows are written.</summary>
    /// <exception cref="ServerException">The insert has failed.</exception>
    internal QueryFigures Finish()
    {
        using var result = NativeResult.Take(Chdb.StreamDone(_handle));
        return result.Figures;
    }

    public void Dispose() => Chdb.DestroyInsert(_handle);

    private ServerException Error() =>
        ServerException.FromEngine(Marshal.PtrToStringUTF8((nint)Chdb.InsertError(_handle)) ?? "The insert failed");
}
