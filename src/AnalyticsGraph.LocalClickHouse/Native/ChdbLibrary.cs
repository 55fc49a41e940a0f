using System.Reflection;
using System.Runtime.InteropServices;
using AnalyticsGraph.LocalClickHouse.Compression;

namespace AnalyticsGraph.LocalClickHouse.Native;

/// <summary>Loads libchdb.so from the given path, once per process, before anything calls <see cref="Chdb"/>.</summary>
internal static class ChdbLibrary
{
    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>Loads the library. A second call with the library loaded does nothing.</summary>
    /// <exception cref="StartupException">The file is missing or cannot be loaded.</exception>
    internal static void Load(string path)
    {
        lock (Gate)
        {
            if (_handle != 0) return;
            if (!File.Exists(path))
            {
                throw new StartupException(ExitCode.LibraryMissing,
                    $"libchdb.so was not found at '{path}'. It comes with the npm package @chdb/lib-linux-x64-gnu; give its path with --lib.");
            }
            try
            {
                _handle = NativeLibrary.Load(Path.GetFullPath(path));
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw new StartupException(ExitCode.LibraryMissing, $"'{path}' could not be loaded: {e.Message}", e);
            }
            NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
            {
                Chdb.Library => _handle,
                Zstd.Library => Zstd.Handle,
                _ => 0,
            });
        }
    }
}
