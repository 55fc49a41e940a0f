using System.Globalization;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// Connections between requests. A session's settings, database and temporary tables must never reach another request, so a
/// connection comes back only after a clean SELECT or INSERT and serves only requests that ask for exactly the same session;
/// opening another one costs about 0.5 ms, reusing one nothing.
/// </summary>
internal sealed class ConnectionPool(EngineHost engine, int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Connection> _idle = new();
    private long _opened;
    private bool _disposed;

    /// <summary>Connections opened so far; lets tests see reuse and throwing away.</summary>
    internal long Opened => Interlocked.Read(ref _opened);

    /// <summary>Takes a connection for a session.</summary>
    /// <exception cref="ServerException">A setting has a wrong value, or the database does not exist.</exception>
    internal Connection Take(SessionSettings session)
    {
        lock (_gate)
        {
            for (var node = _idle.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Key != session.Key) continue;
                _idle.Remove(node);
                return node.Value;
            }
        }
        return Open(session);
    }

    /// <summary>Gives back a connection that ended its statement cleanly and has no state beyond its session.</summary>
    internal void Return(Connection connection)
    {
        Connection? surplus = null;
        lock (_gate)
        {
            if (_disposed)
            {
                surplus = connection;
            }
            else
            {
                _idle.AddLast(connection);
                if (_idle.Count > capacity)
                {
                    surplus = _idle.First!.Value;
                    _idle.RemoveFirst();
                }
            }
        }
        surplus?.Dispose();
    }

    public void Dispose()
    {
        Connection[] idle;
        lock (_gate)
        {
            _disposed = true;
            idle = [.. _idle];
            _idle.Clear();
        }
        foreach (var connection in idle) connection.Dispose();
    }

    private Connection Open(SessionSettings session)
    {
        var slot = string.Create(CultureInfo.InvariantCulture, $"lch-{Interlocked.Increment(ref _opened)}");
        var connection = engine.Open(session.Settings.Append(new(Cancellation.SlotSetting, slot)), session.Key, slot)
            ?? throw Refusal(session);
        if (session.Database.Length == 0) return connection;
        try
        {
            connection.Execute(Encoding.UTF8.GetBytes($"USE {SessionSettings.Quote(session.Database, '`')}"), "Null", []).Dispose();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // The engine refuses a connection without a word; SET says what is wrong.
    private ServerException Refusal(SessionSettings session)
    {
        foreach (var (name, value) in session.Settings)
        {
            try
            {
                engine.Read($"SET {name} = {SessionSettings.Quote(value, '\'')}");
            }
            catch (ServerException e)
            {
                return e;
            }
        }
        return ServerException.Create(ErrorCode.LogicalError, "The engine refused a connection");
    }
}
