using System.Text;
using AnalyticsGraph.LocalClickHouse.Compression;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Http;
using AnalyticsGraph.LocalClickHouse.Sql;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>Runs one request's statement on a connection of its own, on an engine thread, and writes what comes.</summary>
internal sealed class StatementRunner(EngineHost engine, ConnectionPool pool, RunningQueries queries)
{
    // The engine's words for a statement that gives no stream of blocks.
    private const string NotStreamable = "Streaming query is not supported";

    /// <exception cref="ServerException">The statement failed.</exception>
    internal void Run(HttpRequest request, QueryParameters parameters, RunningQuery running, ResponseWriter response)
    {
        using var lease = new Lease(pool, running);
        using var received = ContentCoding.Decode(request, parameters);
        var body = received;
        if (ExternalData.IsMultipart(request))
        {
            // Tables are made before the session becomes read-only.
            ExternalData.Load(request, body, parameters, engine, () => lease.Connection ?? lease.Take(parameters.Session(withReadOnly: false)));
            if (lease.Connection is { } loaded && parameters.Setting("readonly") is { Length: > 0 } readOnly)
            {
                loaded.Execute(Encoding.UTF8.GetBytes($"SET readonly = {SessionSettings.Quote(readOnly, '\'')}"), "Null", []).Dispose();
            }
            body = Stream.Null;
        }

        using var text = RequestText.Read(parameters.Query, body);
        var statement = Statement.Of(text.Statement);
        if (statement.Kind == StatementKind.Empty) throw ServerException.Create(ErrorCode.SyntaxError, "Syntax error: the query is empty");
        if (statement.Format is { } format) response.UseFormat(format);

        var external = lease.Connection is not null;
        var connection = lease.Connection ?? lease.Take(parameters.Session(withReadOnly: true));
        running.Begin(connection, endsWithClient: statement.Kind == StatementKind.Select && text.Insert is null);
        var sql = text.Insert is null ? QueryIds.Map(text.Statement, queries.Now) : text.Statement;
        var clean = text.Insert is { } insert ? RunInsert(connection, text, insert, parameters, response)
            : statement.Kind == StatementKind.Select && !Formats.IsInPieces(statement.Format ?? parameters.Format) ? RunDocument(connection, sql, parameters, response)
            : statement.Kind == StatementKind.Select ? RunSelect(connection, sql, parameters, response)
            : RunOther(connection, sql, parameters, response);
        if (clean && !external) lease.KeepConnection();
    }

    private static bool RunSelect(Connection connection, ReadOnlySpan<byte> sql, QueryParameters parameters, ResponseWriter response)
    {
        ResultStream stream;
        try
        {
            stream = connection.Stream(sql, parameters.Format, parameters.Bound);
        }
        catch (ServerException e) when (e.Code == (int)ErrorCode.BadArguments && e.Message.Contains(NotStreamable, StringComparison.Ordinal))
        {
            return RunOther(connection, sql, parameters, response);
        }
        using (stream)
        {
            while (stream.Next(out var block))
            {
                using (block) response.Write(block.Bytes, block.Figures);
            }
        }
        response.Complete(default);
        return true;
    }

    private bool RunDocument(Connection connection, ReadOnlySpan<byte> sql, QueryParameters parameters, ResponseWriter response)
    {
        RequireOne(connection, sql);
        using var pipe = OutputPipe.Create(engine.Folder);
        var writing = Task.Factory.StartNew(
            () => pipe.Read((bytes, count) => response.Write(bytes.AsSpan(0, count), default)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            using var result = connection.Execute(OutputClause.Into(sql, pipe.Path, parameters.Format), parameters.Format, parameters.Bound);
            pipe.EndWriting();
            writing.GetAwaiter().GetResult();
            response.Complete(result.Figures);
            return false;
        }
        catch (ServerException)
        {
            // A client that went away is the reason why the engine could not write on.
            pipe.EndWriting();
            writing.GetAwaiter().GetResult();
            throw;
        }
    }

    // SHOW, DDL, INSERT ... SELECT and the like. The session may have changed (SET, USE), so the connection serves no other request.
    private static bool RunOther(Connection connection, ReadOnlySpan<byte> sql, QueryParameters parameters, ResponseWriter response)
    {
        RequireOne(connection, sql);
        using var result = connection.Execute(sql, parameters.Format, parameters.Bound);
        response.Write(result.Bytes, result.Figures);
        response.Complete(default);
        return false;
    }

    private static void RequireOne(Connection connection, ReadOnlySpan<byte> sql)
    {
        if (connection.Classify(sql).Statements > 1)
        {
            throw ServerException.Create(ErrorCode.SyntaxError, "Syntax error (Multi-statements are not allowed): send one statement a request");
        }
    }

    private static bool RunInsert(Connection connection, RequestText text, InsertHead head, QueryParameters parameters, ResponseWriter response)
    {
        if (head.Input is { } function) return RunInsertSelect(connection, text, head.Format, function, parameters, response);
        using var insert = connection.Insert(text.Statement, head.Format, parameters.Bound);
        text.ForEachPiece((bytes, start, length) => insert.Append(bytes.AsSpan(start, length)));
        response.Complete(insert.Finish());
        return true;
    }

    // The rows pass through the engine's memory, within its limit.
    private static bool RunInsertSelect(
        Connection connection, RequestText text, string format, InputFunction function, QueryParameters parameters, ResponseWriter response)
    {
        if (function.Structure is null)
        {
            throw ServerException.Create(ErrorCode.NotImplemented,
                "input() without a structure is not supported here: name the columns, as in input('a UInt8, b String')");
        }
        const string Table = "_local_clickhouse_input";
        var select = function.Replace(text.Statement, Table);
        connection.Execute(Encoding.UTF8.GetBytes($"CREATE TEMPORARY TABLE {Table} ({function.Structure}) ENGINE = Memory"), "Null", []).Dispose();
        using (var insert = connection.Insert(Encoding.UTF8.GetBytes($"INSERT INTO {Table}"), format, []))
        {
            text.ForEachPiece((bytes, start, length) => insert.Append(bytes.AsSpan(start, length)));
            insert.Finish();
        }
        return RunOther(connection, select, parameters, response);
    }
}
