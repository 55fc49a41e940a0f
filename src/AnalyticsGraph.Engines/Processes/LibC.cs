using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>The calls of the C library that .NET has no method for. Linux with glibc only (<see cref="Packages.Platform"/> is checked first).</summary>
internal static unsafe partial class LibC
{
    internal const int SigInt = 2, SigQuit = 3, SigKill = 9, SigTerm = 15;
    internal const int NoSuchFile = 2;
    private const int AtFdCwd = -100, AtSymlinkNoFollow = 0x100, StatxBasicStats = 0x7ff;
    private const int OpenReadWrite = 2, OpenCreate = 0x40, OpenCloseOnExec = 0x80000;
    private const int LockShared = 1, LockExclusive = 2, LockNonBlocking = 4, NoSuchProcess = 3;

    internal static uint EffectiveUser => geteuid();

    /// <summary>Null where the C library is not glibc.</summary>
    internal static string? GlibcVersion()
    {
        try
        {
            return Marshal.PtrToStringUTF8(gnu_get_libc_version());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Sends a signal; signal 0 only asks whether the process is there. False: there is no such process.</summary>
    internal static bool Kill(int process, int signal) => kill(process, signal) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    /// <summary>0, or the error number.</summary>
    internal static int ChangeOwner(string path, uint user, uint group) => lchown(path, user, group) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Owner, mode and identity of a file, symbolic links not followed; null where it cannot be asked.</summary>
    internal static FileFacts? Facts(string path)
    {
        // struct statx is laid out the same everywhere, unlike struct stat.
        var buffer = stackalloc byte[256];
        if (statx(AtFdCwd, path, AtSymlinkNoFollow, StatxBasicStats, buffer) != 0) return null;
        return new FileFacts(*(uint*)(buffer + 20), *(ushort*)(buffer + 28), *(ulong*)(buffer + 32), ((ulong)*(uint*)(buffer + 136) << 32) | *(uint*)(buffer + 140));
    }

    /// <summary>Opens or creates a file without .NET's own advisory lock, so that it can be read while it is locked.</summary>
    /// <exception cref="IOException">It cannot be opened; its HResult is the error number, such as <see cref="NoSuchFile"/>.</exception>
    internal static SafeFileHandle Open(string path, bool create = true)
    {
        var descriptor = open(path, OpenReadWrite | (create ? OpenCreate : 0) | OpenCloseOnExec, 0b110_000_000);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    /// <summary>The kernel drops the lock with the last copy of the handle, however its process ends.</summary>
    internal static bool TryLock(SafeFileHandle file) => flock(file, LockExclusive | LockNonBlocking) == 0;

    /// <summary>As <see cref="TryLock"/>, together with other shared ones.</summary>
    internal static bool TryLockShared(SafeFileHandle file) => flock(file, LockShared | LockNonBlocking) == 0;

    /// <summary>A user of the operating system by name, or null.</summary>
    internal static OsUser? UserByName(string name)
    {
        lock (UserDatabase) return Read(getpwnam(name));
    }

    /// <summary>A user of the operating system by number, or null.</summary>
    internal static OsUser? UserById(uint id)
    {
        lock (UserDatabase) return Read(getpwuid(id));
    }

    // getpwnam and getpwuid answer in one static buffer.
    private static readonly Lock UserDatabase = new();

    private static OsUser? Read(byte* entry)
    {
        if (entry == null) return null;
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*(byte**)entry);
        return new OsUser(Encoding.UTF8.GetString(name), *(uint*)(entry + 16), *(uint*)(entry + 20));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* getpwnam(string name);

    [LibraryImport("libc")]
    private static partial byte* getpwuid(uint id);

    [LibraryImport("libc")]
    private static partial nint gnu_get_libc_version();
}

/// <summary>What <see cref="LibC.Facts"/> tells of a file. Inode and device together name a file as long as it lives, wherever it is moved.</summary>
internal readonly record struct FileFacts(uint Owner, ushort Mode, ulong Inode, ulong Device)
{
    internal bool IsFolder => (Mode & 0xF000) == 0x4000;

    internal bool OthersMayWrite => (Mode & 0b010_010) != 0;
}

/// <summary>A user of the operating system.</summary>
internal sealed record OsUser(string Name, uint Id, uint Group);
