using System.Text;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>An engine's output in a file: 10 MB, then it becomes <c>.1</c>, up to <c>.3</c>. Keeps the last lines at hand for messages.</summary>
internal sealed class RotatingLog : IDisposable
{
    private const int Kept = 3, RememberedLines = 30;
    private readonly string _path;
    private readonly long _limit;
    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new(RememberedLines);
    private StreamWriter? _file;
    private long _length;
    private bool _closed;

    internal RotatingLog(string path, long limit = 10L << 20)
    {
        _path = path;
        _limit = limit;
    }

    internal void Write(string line)
    {
        lock (_gate)
        {
            if (_last.Count == RememberedLines) _last.Dequeue();
            _last.Enqueue(line);
            if (_closed) return;
            try
            {
                if (_file is not null && _length > _limit) Rotate();
                _file ??= Open();
                _file.WriteLine(line);
                _length += Encoding.UTF8.GetByteCount(line) + 1;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The disk is full, or the file another user's. The engine must not stall on a pipe that nobody empties: its line is lost, the next tries again.
                _file = null;
            }
        }
    }

    /// <summary>Forgets the remembered lines: what follows belongs to another process.</summary>
    internal void BeginProcess()
    {
        lock (_gate) _last.Clear();
    }

    /// <summary>The last lines, one string.</summary>
    internal string LastLines()
    {
        lock (_gate) return string.Join('\n', _last);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private StreamWriter Open()
    {
        var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _length = stream.Length;
        return new StreamWriter(stream) { AutoFlush = true };
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        for (var i = Kept - 1; i >= 1; i--)
            if (File.Exists($"{_path}.{i}")) File.Move($"{_path}.{i}", $"{_path}.{i + 1}", overwrite: true);
        File.Move(_path, $"{_path}.1", overwrite: true);
    }
}
