using System.Globalization;
using System.Text;
using AnalyticsGraph.Engines.Processes;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.Engines.Data;

/// <summary>
/// The file <c>lock</c> of a data folder: held by one server, with its process number as text. The kernel releases it when that
/// process ends in whatever way, so it is never stale; the number only serves the message. Nobody else locks it, not even to ask: a
/// server that starts at that moment would take the question for another server.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private FolderLock(SafeFileHandle file) => _file = file;

    internal static FolderLock Acquire(string folder)
    {
        var path = Path.Combine(folder, "lock");
        SafeFileHandle file;
        try
        {
            file = LibC.Open(path);
        }
        catch (IOException e)
        {
            throw new EngineException(EngineErrorCodes.PermissionDenied, $"The lock file cannot be opened: {e.Message}.", $"Let the user {Environment.UserName} write {folder}, or choose another folder with --data.", e);
        }
        try
        {
            if (!LibC.TryLock(file))
                throw new EngineException(EngineErrorCodes.DataInUse, $"The data folder {folder} is in use by {Holder(file)}.", "Stop that server, or choose another folder with --data.");
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return new FolderLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string Holder(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        if (!int.TryParse(text[..length].Trim((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var process)) return "another server";
        if (process == Environment.ProcessId) return "this process itself";
        var command = ProcessTable.CommandLine(process);
        return command.Length == 0 ? $"process {process}" : $"process {process} ({string.Join(' ', command)})";
    }

    public void Dispose() => _file.Dispose();
}
