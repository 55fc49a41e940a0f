using System.Runtime.InteropServices;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// One connection of the engine: a session with its own settings, current database and temporary tables. It runs one statement
/// at a time and is used by one thread at a time. After any error it must be disposed, never used again: the engine keeps
/// partial rows of a failed statement and would put them before the next result.
/// </summary>
internal sealed unsafe class Connection : IDisposable
{
    private nint* _handle;

    private Connection(nint* handle, string key, string slot)
    {
        _handle = handle;
        Key = key;
        Slot = slot;
    }

    /// <summary>What the session was opened with; requests of the same key may follow each other on it.</summary>
    internal string Key { get; }

    /// <summary>The session's own name among the running queries, see <see cref="Cancellation"/>.</summary>
    internal string Slot { get; }

    internal nint Handle => _handle is null ? throw new ObjectDisposedException(nameof(Connection)) : *_handle;

    /// <summary>Opens a connection, or returns null where the engine refuses its arguments (it says why on stderr only).</summary>
    internal static Connection? Open(IReadOnlyList<string> arguments, string key, string slot)
    {
        var texts = new nint[arguments.Count + 1];
        try
        {
            texts[0] = Marshal.StringToCoTaskMemUTF8("clickhouse");
            for (var i = 0; i < arguments.Count; i++) texts[i + 1] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
            fixed (nint* pointers = texts)
            {
                var handle = Chdb.Connect(texts.Length, (byte**)pointers);
                return handle is null ? null : new Connection(handle, key, slot);
            }
        }
        finally
        {
            foreach (var text in texts) Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>What a text would do, without running it.</summary>
    internal Chdb.QueryAnalysis Classify(ReadOnlySpan<byte> sql)
    {
        var analysis = new Chdb.QueryAnalysis { StructSize = (uint)sizeof(Chdb.QueryAnalysis) };
        fixed (byte* text = sql)
        {
            if (Chdb.Classify(Handle, text, (nuint)sql.Length, null, 0, &analysis) != 0)
            {
                throw ServerException.Create(ErrorCode.LogicalError, "The engine could not analyse the statement");
            }
        }
        return analysis;
    }

    /// <summary>Runs a statement whose result the engine cannot stream: SHOW, DDL, INSERT ... SELECT. The whole result comes at once.</summary>
    internal NativeResult Execute(ReadOnlySpan<byte> sql, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var formatBytes = Encoding.UTF8.GetBytes(format);
        using var bound = new NativeParameters(parameters);
        fixed (byte* text = sql, formatText = formatBytes)
        {
            return NativeResult.Take(Chdb.Query(Handle, text, (nuint)sql.Length, formatText, (nuint)formatBytes.Length,
                bound.Names, bound.NameLengths, bound.Values, bound.ValueLengths, bound.Count));
        }
    }

    /// <summary>Starts a statement whose result comes block by block.</summary>
    internal ResultStream Stream(ReadOnlySpan<byte> sql, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var formatBytes = Encoding.UTF8.GetBytes(format);
        using var bound = new NativeParameters(parameters);
        fixed (byte* text = sql, formatText = formatBytes)
        {
            return new ResultStream(this, NativeResult.Take(Chdb.StreamQuery(Handle, text, (nuint)sql.Length, formatText, (nuint)formatBytes.Length,
                bound.Names, bound.NameLengths, bound.Values, bound.ValueLengths, bound.Count)));
        }
    }

    /// <summary>Starts an insert; <paramref name="sql"/> has neither FORMAT nor data.</summary>
    internal InsertStream Insert(ReadOnlySpan<byte> sql, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var formatBytes = Encoding.UTF8.GetBytes(format);
        using var bound = new NativeParameters(parameters);
        fixed (byte* text = sql, formatText = formatBytes)
        {
            return InsertStream.Take(Chdb.StreamInsert(Handle, text, (nuint)sql.Length, formatText, (nuint)formatBytes.Length,
                bound.Names, bound.NameLengths, bound.Values, bound.ValueLengths, bound.Count));
        }
    }

    public void Dispose()
    {
        if (_handle is null) return;
        Chdb.Close(_handle);
        _handle = null;
    }
}
