using System.Text.Json;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.Engines.Data;

/// <summary>
/// The file <c>connections.json</c> of a data folder: a server's word to others of its user. It is locked before it has its name
/// and as long as its server lives, however that ends; so one that can be locked is a dead server's.
/// </summary>
internal sealed class RunningEnginesFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private RunningEnginesFile(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Leaves word; the folder's lock is held.</summary>
    internal static RunningEnginesFile Write(string folder, RunningEngines engines)
    {
        var path = In(folder);
        var temporary = $"{path}.new";
        var file = LibC.Open(temporary);
        try
        {
            LibC.TryLock(file);
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(engines), 0);
            File.Move(temporary, path, overwrite: true);
            return new RunningEnginesFile(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What a living server said; null where there is none.</summary>
    internal static RunningEngines? Read(string folder)
    {
        try
        {
            using var file = LibC.Open(In(folder), create: false);
            if (LibC.TryLockShared(file)) return null;
            var text = new byte[RandomAccess.GetLength(file)];
            return JsonSerializer.Deserialize<RunningEngines>(text.AsSpan(0, RandomAccess.Read(file, text, 0)));
        }
        catch (IOException none) when (none.HResult == LibC.NoSuchFile)
        {
            return null;
        }
    }

    /// <summary>Takes it back, before the engines stop. Whoever deleted the folder took it along.</summary>
    public void Dispose()
    {
        if (File.Exists(_path)) File.Delete(_path);
        _file.Dispose();
    }

    private static string In(string folder) => Path.Combine(folder, "connections.json");
}
