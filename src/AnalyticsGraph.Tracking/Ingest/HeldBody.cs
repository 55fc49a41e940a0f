using System.Buffers;
using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A body in a file. When it is disposed, its file is gone, and its place is free for others.</summary>
/// <param name="file">The file; without a buffer, so that what cannot be written is known at once, and not when it is closed.</param>
/// <param name="space">What all bodies may take.</param>
internal sealed class HeldBody(FileStream file, TemporarySpace space) : IAsyncDisposable
{
    private const int PieceBytes = 128 << 10;
    private long _taken;

    /// <summary>The file.</summary>
    public FileStream File => file;

    /// <summary>An empty one in the temporary folder, of nobody else.</summary>
    /// <param name="space">What all bodies may take.</param>
    /// <param name="folder">Another folder; null for the temporary one.</param>
    /// <exception cref="IngestException">There can be no file.</exception>
    public static HeldBody Create(TemporarySpace space, string? folder = null)
    {
        try
        {
            return new HeldBody(CreateFile(folder ?? Path.GetTempPath()), space);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw NotKept("no file can be made in the server's temporary folder (TMPDIR): it must be there, with room, and the server's user must be able to write to it. Mend that", fault);
        }
    }

    /// <summary>Writes a body, from the file's beginning.</summary>
    /// <param name="body">The body.</param>
    /// <param name="ct">Ends the wait for its client.</param>
    /// <exception cref="IngestException">There is no place for it.</exception>
    public async Task FillAsync(Stream body, CancellationToken ct)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (await body.ReadAsync(piece, ct).ConfigureAwait(false) is > 0 and var read)
            {
                Take(read);
                await WriteAsync(piece.AsMemory(0, read), ct).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        space.GiveBack(_taken);
    }

    private void Take(int bytes)
    {
        if (!space.TryTake(bytes))
        {
            throw new IngestException(ErrorCodes.ResourceExhausted, string.Create(
                CultureInfo.InvariantCulture, $"Bodies that are being taken fill the {space.Most} bytes that they may have of the temporary folder (Ingest:MaxTemporaryBytes). Try again a little later."));
        }

        _taken += bytes;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken ct)
    {
        try
        {
            await file.WriteAsync(piece, ct).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            throw NotKept("its file in the server's temporary folder (TMPDIR) cannot be written: the disk may be full. Free space there", fault);
        }
    }

    // The file's path, which .NET's message has, is nothing for a client.
    private static IngestException NotKept(string why, Exception fault) => new(
        ErrorCodes.StoreUnavailable, $"The body cannot be kept until it is read, because {why} and send it again, or send NDJSON, CSV or Native, which need no file.", fault);

    private static FileStream CreateFile(string folder)
    {
        var path = Path.Combine(folder, $"ingest-{Guid.NewGuid():n}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);

        // Without its name it is gone even if the server is killed.
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        System.IO.File.Delete(path);
        return file;
    }
}
