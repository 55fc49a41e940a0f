using System.Globalization;
using System.Runtime.InteropServices;
using AnalyticsGraph.LocalClickHouse.Errors;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// A named pipe that the engine writes a result to as if it were a file. Its streaming calls format each block of a result by itself, so that formats with a head, a foot or an
/// index (JSON, Parquet, Arrow, names of columns) would come as many documents; what goes to a file is one. The pipe holds 64 KiB: a slow reader makes the engine wait.
/// </summary>
internal sealed partial class OutputPipe : IDisposable
{
    private const int OwnerOnly = 0x180;
    private const int Piece = 64 << 10;

    private static long _made;
    private readonly FileStream _reading;
    private readonly SafeFileHandle _writing;

    private OutputPipe(string path)
    {
        Path = path;
        // Opening one end waits for the other, but opening both at once does not.
        using var both = Open(FileAccess.ReadWrite);
        _reading = new FileStream(Open(FileAccess.Read), FileAccess.Read, bufferSize: 0);
        // While this end is open, the reader waits for the engine rather than take the pipe for ended.
        _writing = Open(FileAccess.Write);
    }

    /// <summary>Where the engine writes.</summary>
    internal string Path { get; }

    /// <summary>Takes away the pipes of a process that was killed.</summary>
    internal static void RemoveLeftovers(string folder)
    {
        foreach (var left in Directory.EnumerateFiles(folder, "output-*.pipe"))
        {
            File.Delete(left);
        }
    }

    /// <summary>Makes a pipe.</summary>
    /// <param name="folder">Where; the pipe's name is taken away when it is disposed.</param>
    /// <exception cref="ServerException">It cannot be made.</exception>
    internal static OutputPipe Create(string folder)
    {
        var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"output-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}.pipe"));
        if (MakeFifo(path, OwnerOnly) != 0)
        {
            throw ServerException.Create(ErrorCode.LogicalError, $"The pipe {path} could not be made: errno {Marshal.GetLastPInvokeError()}");
        }
        return new OutputPipe(path);
    }

    /// <summary>Hands over what is written, piece by piece, until <see cref="EndWriting"/>. Ends early if <paramref name="take"/> throws; the engine's writing then fails.</summary>
    internal void Read(Action<byte[], int> take)
    {
        using (_reading)
        {
            var piece = new byte[Piece];
            for (int n; (n = _reading.Read(piece)) > 0;) take(piece, n);
        }
    }

    /// <summary>The engine has written all.</summary>
    internal void EndWriting() => _writing.Dispose();

    public void Dispose()
    {
        _writing.Dispose();
        _reading.Dispose();
        File.Delete(Path);
    }

    private SafeFileHandle Open(FileAccess access) => File.OpenHandle(Path, FileMode.Open, access, FileShare.ReadWrite);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
